import { describe, expect, test } from "vitest";
import { distance, nearest, ownsArrows, type Box } from "./spatial";

const box = (left: number, top: number, width = 10, height = 10): Box => ({ left, top, right: left + width, bottom: top + height });

describe("moving the focus", () => {
  const from = box(50, 50);
  test("only what lies in the direction counts", () => {
    expect(distance(from, box(80, 50), "right")).toBe(20);
    expect(distance(from, box(80, 50), "left")).toBeNull();
    expect(distance(from, box(80, 50), "down")).toBeNull(); // level with it
    expect(distance(from, box(50, 20), "down")).toBeNull();
  });
  test("straight ahead beats near but aside", () => {
    const ahead = box(50, 110);
    const aside = box(90, 70);
    expect(nearest(from, [aside, ahead], "down")).toBe(1);
  });
  test("nothing there", () => {
    expect(nearest(from, [box(0, 0)], "down")).toBe(-1);
    expect(nearest(from, [], "up")).toBe(-1);
  });
});

test("what has its own use for arrows keeps them", () => {
  document.body.innerHTML = `<input id="text"><input type="checkbox" id="check"><div role="listbox"><i id="row"></i></div><button id="b"></button>`;
  const at = (id: string) => document.getElementById(id);
  expect(ownsArrows(at("text"), "left")).toBe(true);
  expect(ownsArrows(at("text"), "down")).toBe(false);
  expect(ownsArrows(at("check"), "left")).toBe(false);
  expect(ownsArrows(at("row"), "down")).toBe(true);
  expect(ownsArrows(at("b"), "up")).toBe(false);
  expect(ownsArrows(null, "up")).toBe(false);
  document.body.innerHTML = `<div role="log" id="log"></div><textarea id="empty"></textarea><textarea id="full">x</textarea>`;
  expect(ownsArrows(at("log"), "down")).toBe(true);
  expect(ownsArrows(at("log"), "left")).toBe(false);
  expect(ownsArrows(at("empty"), "up")).toBe(false);
  expect(ownsArrows(at("full"), "up")).toBe(true);
});
