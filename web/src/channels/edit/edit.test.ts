import { beforeEach, describe, expect, test } from "vitest";
import { fullDocument } from "../../test/stations";
import { placed } from "./BreaksForm";
import { pushed } from "./DaysForm";
import { moved } from "./BlocksForm";
import { lineOf, readJson, spotOf } from "./locate";
import { renamed, renamedBreak, uses, without } from "./naming";
import { pairs, readPairs } from "./OrderFields";
import { sectionOf } from "./Edit";

describe("a new name", () => {
  test("of a source reaches lists, steps and breaks", () => {
    const next = renamed(fullDocument, "sources", "Tatort", "T");
    expect(Object.keys(next.sources ?? {})).toEqual(["T", "Wallander", "both", "trailers"]);
    expect(next.sources?.["both"]).toEqual({ any: ["T", "Wallander"] });
    expect(next.blocks?.["evening"]?.play.map(({ source }) => source)).toEqual(["both", "T"]);
    expect(JSON.stringify(renamed(next, "sources", "T", "Tatort"))).toBe(JSON.stringify(fullDocument));
    expect(renamed(fullDocument, "sources", "trailers", "x").breaks?.[0]?.source).toBe("x");
  });
  test("of a block reaches days, of a day the calendar, of a break blocks and steps", () => {
    expect(renamed(fullDocument, "blocks", "evening", "e").templates?.["weekday"]?.map(({ block }) => block)).toEqual(["morning", "e"]);
    expect(renamed(fullDocument, "templates", "weekday", "w").calendar).toEqual([{ template: "w" }]);
    const next = renamedBreak(fullDocument, 0, "spots");
    expect(next.breaks?.[0]?.name).toBe("spots");
    expect(next.blocks?.["evening"]).toMatchObject({ breaks: ["spots"], play: [{ source: "both" }, { breaks: ["spots"] }] });
    expect(next.blocks?.["morning"]).toEqual(fullDocument.blocks?.["morning"]);
  });
  test("uses are counted", () => {
    expect(uses(fullDocument, "sources", "Tatort")).toBe(2);
    expect(uses(fullDocument, "sources", "trailers")).toBe(1);
    expect(uses(fullDocument, "blocks", "evening")).toBe(1);
    expect(uses(fullDocument, "templates", "weekday")).toBe(1);
    expect(uses(without(fullDocument, "templates", "weekday"), "blocks", "evening")).toBe(0);
  });
});

describe("a place in a text", () => {
  const text = JSON.stringify({ name: "a\"b", blocks: { "x.y": { play: [{ source: "Tatort" }, { source: "gone" }] } }, n: [1, -2.5e3, null, {}] }, null, 2);
  const at = (place: string) => {
    const spot = spotOf(text, place);
    return spot && text.slice(spot.from, spot.to);
  };
  test.each<[string, string]>([
    ["name", '"a\\"b"'],
    ["blocks.x.y.play[1].source", '"gone"'],
    ["n[1]", "-2500"],
    ["n[3]", "{}"],
    ["blocks.x.y.play[0].order.kind", '{\n          "source": "Tatort"\n        }'],
  ])("%s", (place, found) => {
    expect(at(place)).toBe(found);
  });
  test("of nothing that is there is the whole", () => {
    expect(at("guide.title")).toBe(text);
  });
  test("each place of a document is found as it is read", () => {
    const whole = JSON.stringify(fullDocument, null, 2);
    const check = (value: unknown, place: string) => {
      const spot = spotOf(whole, place);
      expect(JSON.parse(whole.slice(spot?.from, spot?.to)), place).toEqual(value);
      if (Array.isArray(value)) value.forEach((one, index) => check(one, `${place}[${index}]`));
      else if (typeof value === "object" && value !== null) for (const [name, one] of Object.entries(value)) check(one, place === "" ? name : `${place}.${name}`);
    };
    check(fullDocument, "");
  });
  test("what is no JSON has a line", () => {
    const broken = '{\n  "a": 1,\n  "b" 2\n}';
    const read = readJson(broken);
    expect("message" in read && read.offset !== null && lineOf(broken, read.offset).line).toBe(3);
    expect(readJson("[1]")).toEqual({ value: [1] });
    expect(spotOf('{"a": ', "a")).toBeNull();
  });
});

describe("a start on the strip", () => {
  const starts = [{ at: "06:00", block: "a" }, { at: "20:15", block: "b" }];
  test.each<[number, number, number, string]>([
    [0, 7 * 3600, 60, "07:00"],
    [0, -100, -60, "00:00"],
    [0, 90_000, 60, "23:59"],
    [0, 20 * 3600 + 900, 300, "20:20"],
    [1, 6 * 3600, -300, "05:55"],
  ])("number %d to second %d", (at, to, step, written) => {
    expect(pushed(starts, at, to, step)[at]?.at).toBe(written);
  });
  test("stays where there is no room", () => {
    const night = [{ at: "00:00", block: "a" }, { at: "00:01", block: "b" }];
    expect(pushed(night, 1, 0, -60)).toBe(night);
  });
});

test("a break takes with it what goes with its place", () => {
  const mid = { name: "x", at: "mid", source: "s", count: 2, points: { by: "chapters" } } as const;
  expect(placed(mid, "tail")).toEqual({ name: "x", at: "tail", source: "s" });
  expect(placed(placed(mid, "tail"), "mid")).toEqual({ name: "x", at: "mid", source: "s", count: 1, points: { by: "chapters" } });
  expect(placed(mid, "pre")).toEqual({ name: "x", at: "pre", source: "s", count: 2 });
});

test("one of a list is moved, not beyond its ends", () => {
  expect(moved(["a", "b", "c"], 0, 1)).toEqual(["b", "a", "c"]);
  const list = ["a", "b"];
  expect(moved(list, 0, -1)).toBe(list);
});

test("weights in lines are read as they are written", () => {
  const number = (text: string) => (Number.isFinite(Number(text)) ? Number(text) : undefined);
  expect(readPairs(pairs({ Tatort: 2.5, "a = b": 1 }), number)).toEqual({ Tatort: 2.5, "a = b": 1 });
  expect(readPairs(["Tatort = 2,5", "nothing", "= 3"], number)).toEqual({ Tatort: 2.5 });
  expect(readPairs(undefined, number)).toBeUndefined();
});

test.each<[string, boolean, object]>([
  ["simple.shows[0].weight", true, { section: "simple" }],
  ["blocks.evening.play[0].source", false, { section: "blocks", part: "evening" }],
  ["templates.weekday[1].at", false, { section: "days", part: "weekday" }],
  ["calendar[0].until", false, { section: "calendar", part: "0]" }],
  ["sources.all", true, { section: "json" }],
  ["version", false, { section: "json" }],
])("a fault at %s is edited in its section", (place, simple, where) => {
  expect(sectionOf(place, simple)).toMatchObject({ section: (where as { section: string }).section });
});

describe("a draft", () => {
  beforeEach(() => sessionStorage.clear());
  test("is kept for its channel, survives a reload, and is forgotten", async () => {
    const { keepDraft } = await import("./draft");
    keepDraft("s1", { revision: 4, number: null, document: fullDocument });
    expect(JSON.parse(sessionStorage.getItem("telecast.draft.s1") ?? "null")).toMatchObject({ revision: 4 });
    keepDraft("s1", null);
    expect(sessionStorage.getItem("telecast.draft.s1")).toBeNull();
  });
});
