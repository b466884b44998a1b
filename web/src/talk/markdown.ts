/**
 * The little of Markdown that answers are written in, read into plain values: paragraphs, lists, code, bold, italic and links. Pure; whatever is anything
 * else stays text. What comes of a text is never more than its words: no markup, no image, no address that is not `http(s)` or a page of this station.
 * Reading takes time in proportion to the text, however it is written.
 */

export type Inline =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "code"; readonly text: string }
  | { readonly kind: "strong" | "em"; readonly inside: readonly Inline[] }
  | { readonly kind: "link"; readonly target: Target; readonly inside: readonly Inline[] }
  | { readonly kind: "break" };

export type Block =
  | { readonly kind: "paragraph" | "heading"; readonly text: string }
  | { readonly kind: "code"; readonly text: string }
  | { readonly kind: "list"; readonly ordered: boolean; readonly start: number; readonly items: readonly string[] };

/** Where a link leads: out, or to a page of this station. */
export type Target =
  | { readonly to: "outside"; readonly href: string }
  | { readonly to: "watch"; readonly channel: string }
  | { readonly to: "guide"; readonly search: Readonly<Record<string, string>> };

const DEPTH = 4;
const LONGEST_LABEL = 500;
const LONGEST_ADDRESS = 2_000;

/** Splits a text into blocks; each keeps its own text, so that one that has not changed need not be read again. */
export function blocks(text: string): Block[] {
  const found: Block[] = [];
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  let paragraph: string[] = [];
  const flush = () => {
    if (paragraph.length > 0) found.push({ kind: "paragraph", text: paragraph.join("\n") });
    paragraph = [];
  };
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    const fence = /^\s{0,3}(```+|~~~+)/.exec(line)?.[1];
    if (fence !== undefined) {
      flush();
      // One that is still being written goes to the end.
      const end = lines.findIndex((later, index) => index > at && later.trim().startsWith(fence));
      found.push({ kind: "code", text: lines.slice(at + 1, end < 0 ? lines.length : end).join("\n") });
      at = end < 0 ? lines.length : end;
      continue;
    }
    const heading = /^\s{0,3}#{1,6}\s+(.*)$/.exec(line)?.[1];
    const item = itemOf(line);
    if (line.trim() === "") flush();
    else if (heading !== undefined) {
      flush();
      found.push({ kind: "heading", text: heading.replace(/\s#+\s*$/, "") });
    } else if (item) {
      flush();
      at = list(lines, at, found);
    } else paragraph.push(line.trim());
  }
  flush();
  return found;
}

interface Item {
  readonly ordered: boolean;
  readonly start: number;
  readonly text: string;
}

function itemOf(line: string): Item | null {
  const match = /^\s{0,8}(?:([-*+•])|(\d{1,9})[.)])\s+(\S.*)$/.exec(line);
  if (!match) return null;
  return { ordered: match[1] === undefined, start: Number(match[2] ?? 1), text: match[3] ?? "" };
}

/** Takes the items from a line on; gives the last line that it took. */
function list(lines: readonly string[], from: number, found: Block[]): number {
  const first = itemOf(lines[from] ?? "");
  const items: string[] = [];
  let at = from;
  for (; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    const item = itemOf(line);
    if (item && item.ordered === first?.ordered) items.push(item.text);
    // An empty line between items is one list still.
    else if (line.trim() === "" && itemOf(lines[at + 1] ?? "")?.ordered === first?.ordered) continue;
    else if (/^\s{2,}\S/.test(line) && !item && line.trim() !== "") items.push(`${items.pop() ?? ""}\n${line.trim()}`);
    else break;
  }
  found.push({ kind: "list", ordered: first?.ordered ?? false, start: first?.start ?? 1, items });
  return at - 1;
}

/** Reads what stands in a block. */
export function inline(text: string): Inline[] {
  return readInline(text, 0, true);
}

/** A position after which a mark does not occur any more, so that looking for it again is not needed. */
type Missing = Map<string, number>;

function readInline(text: string, depth: number, links: boolean): Inline[] {
  const found: Inline[] = [];
  const missing: Missing = new Map();
  let plain = 0;
  let at = 0;
  const flush = (upto: number) => {
    if (upto > plain) found.push({ kind: "text", text: text.slice(plain, upto) });
  };
  while (at < text.length) {
    const piece = pieceAt(text, at, depth, links, missing);
    if (piece === null) {
      at += 1;
      continue;
    }
    flush(at);
    found.push(piece.inline);
    at = piece.end;
    plain = at;
  }
  flush(text.length);
  return found;
}

interface Piece {
  readonly inline: Inline;
  readonly end: number;
}

function pieceAt(text: string, at: number, depth: number, links: boolean, missing: Missing): Piece | null {
  switch (text[at]) {
    case "\n":
      return { inline: { kind: "break" }, end: at + 1 };
    case "\\":
      // A mark behind a backslash is only itself.
      return /[\\`*_[\]()#+.!-]/.test(text[at + 1] ?? "") ? { inline: { kind: "text", text: text[at + 1] ?? "" }, end: at + 2 } : null;
    case "`":
      return code(text, at, missing);
    case "*":
    case "_":
      return depth < DEPTH ? emphasis(text, at, depth, links, missing) : null;
    case "[":
      return links ? link(text, at, depth, missing) : null;
    case "h":
      return links ? bare(text, at) : null;
    default:
      return null;
  }
}

/** Where a mark occurs next. */
function next(text: string, mark: string, from: number, missing: Missing): number {
  if (from >= (missing.get(mark) ?? Infinity)) return -1;
  const at = text.indexOf(mark, from);
  if (at < 0) missing.set(mark, from);
  return at;
}

function code(text: string, at: number, missing: Missing): Piece | null {
  const mark = text.startsWith("``", at) ? "``" : "`";
  const end = next(text, mark, at + mark.length, missing);
  if (end <= at + mark.length) return null;
  return { inline: { kind: "code", text: text.slice(at + mark.length, end).trim() }, end: end + mark.length };
}

const isWord = (character: string | undefined) => character !== undefined && /[\p{L}\p{N}]/u.test(character);

function emphasis(text: string, at: number, depth: number, links: boolean, missing: Missing): Piece | null {
  const sign = text[at] ?? "";
  const mark = text[at + 1] === sign ? sign + sign : sign;
  const from = at + mark.length;
  // As in `2 * 3` and `snake_case`: what stands for itself.
  if (/\s/.test(text[from] ?? " ") || (sign === "_" && isWord(text[at - 1]))) return null;
  let end = next(text, mark, from, missing);
  // The single mark is not the half of a double one.
  if (mark.length === 1 && end >= 0 && text[end + 1] === sign) {
    const closing = next(text, mark + mark, end + 2, missing);
    end = closing < 0 ? -1 : next(text, mark, closing + 2, missing);
  }
  if (end <= from || /\s/.test(text[end - 1] ?? "")) return null;
  if (sign === "_" && isWord(text[end + mark.length])) return null;
  return { inline: { kind: mark.length === 2 ? "strong" : "em", inside: readInline(text.slice(from, end), depth + 1, links) }, end: end + mark.length };
}

function link(text: string, at: number, depth: number, missing: Missing): Piece | null {
  const middle = next(text, "](", at + 1, missing);
  if (middle < 0 || middle - at > LONGEST_LABEL) return null;
  const end = text.indexOf(")", middle);
  if (end < 0 || end - middle > LONGEST_ADDRESS) return null;
  const label = text.slice(at + 1, middle);
  const [address = ""] = text.slice(middle + 2, end).trim().split(/\s/);
  const target = targetOf(address);
  // What leads nowhere is its words; an image is never fetched.
  if (target === null || label.trim() === "" || label.includes("[")) return null;
  const inside = misleads(label, target) ? [{ kind: "text", text: address } as const] : readInline(label, depth + 1, false);
  return { inline: { kind: "link", target, inside }, end: end + 1 };
}

/** A label that is an address of its own must be that of the link. */
function misleads(label: string, target: Target): boolean {
  const named = /(?:https?:\/\/)?((?:[\w-]+\.)+[a-z]{2,})/i.exec(label)?.[1];
  return named !== undefined && target.to === "outside" && new URL(target.href).hostname.toLowerCase() !== named.toLowerCase();
}

function bare(text: string, at: number): Piece | null {
  if (!/^https?:\/\//.test(text.slice(at, at + 8)) || isWord(text[at - 1])) return null;
  const [whole = ""] = /^[^\s<>"'`]+/.exec(text.slice(at, at + LONGEST_ADDRESS)) ?? [];
  // What ends a sentence does not belong to the address.
  let address = whole.replace(/[.,;:!?*_]+$/, "");
  if (address.endsWith(")") && !address.includes("(")) address = address.slice(0, -1).replace(/[.,;:!?]+$/, "");
  const target = targetOf(address);
  return target && { inline: { kind: "link", target, inside: [{ kind: "text", text: address }] }, end: at + address.length };
}

const HERE = "http://station.invalid";

/** Where an address leads that anybody may have written; null: nowhere that is gone to from here. */
export function targetOf(address: string, origin = globalThis.location?.origin ?? HERE, base = basePathOf()): Target | null {
  if (/[\p{Cc}\\]/u.test(address)) return null;
  const rooted = address.startsWith("/") && !address.startsWith("//");
  if (!rooted && !/^https?:\/\//i.test(address)) return null;
  let url: URL;
  try {
    url = new URL(address, HERE);
  } catch {
    return null;
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") return null;
  const own = rooted || url.origin === origin;
  if (own) {
    const page = pageOf(url, base);
    if (page || rooted) return page;
  }
  // A name before the host is there to deceive.
  if (url.username !== "" || url.password !== "") return null;
  return { to: "outside", href: url.href };
}

function basePathOf(): string {
  return globalThis.document ? new URL(document.baseURI).pathname.replace(/\/+$/, "") : "";
}

function pageOf({ pathname, searchParams, host }: URL, base: string): Target | null {
  if (host === "") return null;
  const path = base !== "" && pathname.startsWith(`${base}/`) ? pathname.slice(base.length) : pathname;
  if (path === "/guide") return { to: "guide", search: Object.fromEntries(searchParams) };
  const channel = /^\/watch\/([^/]{1,300})$/.exec(path)?.[1];
  if (channel === undefined) return null;
  try {
    return { to: "watch", channel: decodeURIComponent(channel) };
  } catch {
    return null;
  }
}

/** The words of a text without its marks, as they are read out. */
export function wordsOf(text: string): string {
  return blocks(text)
    .map((block) => (block.kind === "list" ? block.items.map((item) => flat(inline(item))).join("\n") : block.kind === "code" ? block.text : flat(inline(block.text))))
    .join("\n");
}

function flat(pieces: readonly Inline[]): string {
  return pieces.map((piece) => (piece.kind === "break" ? " " : "text" in piece ? piece.text : flat(piece.inside))).join("");
}
