/** Where a place of a document (`blocks.evening.play[0]`) stands in its text. */

export interface Spot {
  readonly from: number;
  readonly to: number;
}

/** The spot of each place in a JSON text, as far as it can be read; names with dots in them are written as the station writes them. */
export function spots(text: string): ReadonlyMap<string, Spot> {
  const found = new Map<string, Spot>();
  let at = 0;
  const space = () => {
    while (/\s/.test(text[at] ?? "")) at += 1;
  };
  const readText = (): string => {
    const from = at;
    at += 1;
    while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
    at += 1;
    try {
      return String(JSON.parse(text.slice(from, at)));
    } catch {
      return text.slice(from + 1, at - 1);
    }
  };
  const value = (place: string, depth: number): boolean => {
    space();
    const from = at;
    const opening = text[at];
    if (depth > DEEPEST || opening === undefined) return false;
    if (opening === '"') readText();
    else if (opening === "{" || opening === "[") {
      at += 1;
      if (!items(place, opening === "{", depth)) return false;
    } else {
      while (at < text.length && !/[\s,\]}]/.test(text[at] ?? "")) at += 1;
      if (at === from) return false;
    }
    found.set(place, { from, to: at });
    return true;
  };
  const items = (place: string, named: boolean, depth: number): boolean => {
    for (let index = 0; ; index += 1) {
      space();
      if (text[at] === "}" || text[at] === "]") {
        at += 1;
        return true;
      }
      if (index > 0) {
        if (text[at] !== ",") return false;
        at += 1;
        space();
      }
      if (!named) {
        if (!value(`${place}[${index}]`, depth + 1)) return false;
        continue;
      }
      if (text[at] !== '"') return false;
      const name = readText();
      space();
      if (text[at] !== ":") return false;
      at += 1;
      if (!value(place === "" ? name : `${place}.${name}`, depth + 1)) return false;
    }
  };
  value("", 0);
  return found;
}

const DEEPEST = 64;

/** The spot of a place, or of the nearest one around it. */
export function spotOf(text: string, place: string): Spot | null {
  const all = spots(text);
  for (let wanted = place; ; wanted = wanted.replace(/(?:\.[^.[\]]*|\[\d+\])$/, "")) {
    const spot = all.get(wanted);
    if (spot) return spot;
    const shorter = wanted.replace(/(?:\.[^.[\]]*|\[\d+\])$/, "");
    if (shorter === wanted) return all.get("") ?? null;
  }
}

/** Line and column from 1. */
export function lineOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** What a JSON text says, or where it cannot be read. */
export function readJson(text: string): { readonly value: unknown } | { readonly message: string; readonly offset: number | null } {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const position = /position (\d+)/.exec(message);
    const line = /line (\d+) column (\d+)/.exec(message);
    if (position) return { message, offset: Number(position[1]) };
    if (!line) return { message, offset: null };
    const lines = text.split("\n").slice(0, Number(line[1]) - 1);
    return { message, offset: lines.reduce((sum, one) => sum + one.length + 1, 0) + Number(line[2]) - 1 };
  }
}
