import { describe, expect, test } from "vitest";
import { actionFor, zoneOf, type Action, type Zone } from "./keys";

const plain = { ctrlKey: false, altKey: false, metaKey: false };

describe("keys of Watch", () => {
  test.each<[string, Zone, Action | null]>([
    ["ArrowUp", "stage", "up"],
    ["ArrowDown", "stage", "down"],
    ["ArrowLeft", "stage", "back"],
    ["Enter", "stage", "controls"],
    [" ", "stage", "togglePlay"],
    // On a button, arrows move the focus and Enter and Space press it.
    ["ArrowUp", "control", null],
    ["Enter", "control", null],
    [" ", "control", null],
    ["m", "control", "mute"],
    ["M", "stage", "mute"],
    // In the list, Page Up scrolls; a remote control's channel keys mean channels everywhere.
    ["PageUp", "list", null],
    ["PageUp", "stage", "channelUp"],
    ["ChannelUp", "list", "channelUp"],
    ["f", "list", "fullscreen"],
    ["g", "stage", "guide"],
    ["d", "control", "talk"],
    ["d", "field", null],
    ["t", "stage", "subtitles"],
    ["Subtitle", "field", "subtitles"],
    ["Guide", "field", "guide"],
    // Typing is typing.
    ["m", "field", null],
    ["7", "field", null],
    ["Backspace", "field", null],
    ["MediaPlayPause", "field", "togglePlay"],
    ["Escape", "field", "escape"],
    ["F5", "stage", null],
    ["Tab", "stage", null],
  ])("%s in %s", (key, zone, action) => {
    expect(actionFor({ key, ...plain }, zone)).toEqual(action);
  });

  test("digits carry their value", () => {
    expect(actionFor({ key: "0", ...plain }, "stage")).toEqual({ digit: 0 });
    expect(actionFor({ key: "9", ...plain }, "list")).toEqual({ digit: 9 });
  });

  test("keys with a modifier belong to the browser", () => {
    expect(actionFor({ key: "f", ...plain, ctrlKey: true }, "stage")).toBeNull();
    expect(actionFor({ key: "ArrowLeft", ...plain, altKey: true }, "stage")).toBeNull();
  });
});

test("where the focus is decides the zone", () => {
  document.body.innerHTML = `
    <div data-stage tabindex="0"><button id="b"></button><input type="range" id="r"></div>
    <div role="listbox"><div role="option" id="o" tabindex="0"></div></div>
    <div role="log" id="l" tabindex="0"></div><textarea id="w"></textarea>
    <input id="t"><input type="radio" id="c">`;
  const zone = (selector: string) => zoneOf(document.querySelector(selector));
  expect(zoneOf(null)).toBe("stage");
  expect(zoneOf(document.body)).toBe("stage");
  expect(zone("[data-stage]")).toBe("stage");
  expect(zone("#b")).toBe("control");
  expect(zone("#r")).toBe("control");
  expect(zone("#o")).toBe("list");
  expect(zone("#l")).toBe("list");
  expect(zone("#w")).toBe("field");
  expect(zone("#t")).toBe("field");
  expect(zone("#c")).toBe("control");
});
