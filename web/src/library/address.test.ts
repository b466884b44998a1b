import { describe, expect, test } from "vitest";
import { readAddress } from "./address";

describe("what an address says of the library", () => {
  test.each([
    [{}, {}],
    [{ part: "items", sort: "natural", only: "all" }, {}],
    [{ part: "shows", kind: "film", only: "flawed" }, { part: "shows", kind: "film", only: "flawed" }],
    [{ part: "none", kind: "movie", only: 3, sort: null }, {}],
    [{ q: " ", show: 24, item: "7", collection: "-1" }, { show: "24", item: 7 }],
    [{ item: 1.5, collection: 3 }, { collection: 3 }],
  ])("%j", (search, address) => {
    expect(readAddress(search)).toEqual(address);
  });
});
