/** Where sentences end in a text that is still being written, so that it can be read out sentence by sentence. Pure. */

/** What ends a sentence: a mark, whatever closes behind it, and a space. A single letter or a number before a full stop does not (`z. B.`, `3. Mai`). */
const END = /(?<before>\S*?)[.!?…。！？]+["'”’“»)\]*_]*(?=\s)|\n+/gu;
const ABBREVIATION = /^(?:\p{L}|\d+|[a-zäöü]\.?\p{L}|bzw|ca|usw|etc|vs|Nr|No|Mr|Mrs|Dr|St)$/u;

/** The length of the beginning that holds whole sentences only. */
export function wholeSentences(text: string): number {
  let end = 0;
  for (const match of text.matchAll(END)) {
    const before = match.groups?.["before"] ?? "";
    const isFullStop = match[0].startsWith(".", before.length);
    if (isFullStop && ABBREVIATION.test(before.replace(/^["'„“«([*_]+/u, ""))) continue;
    end = match.index + match[0].length;
  }
  return end;
}

/** What is to be read out of a text of which `told` characters were: whole sentences, or all of it once it is over. */
export function toTell(text: string, told: number, over: boolean): { readonly piece: string; readonly told: number } {
  const end = over ? text.length : wholeSentences(text);
  if (end <= told) return { piece: "", told };
  return { piece: text.slice(told, end).trim(), told: end };
}
