/** Names in a document lead from one part to another: who uses what, and what a new name changes. Pure. */
import type { Block, Break, DayOf, Source, StationDocument, Step } from "../../api/stations";
import { sourceOf, withChange } from "../document";

export type Named = "sources" | "blocks" | "templates";

function renamedKey<T>(record: Readonly<Record<string, T>>, from: string, to: string): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name === from ? to : name, value]));
}

const swap = (from: string, to: string) => (name: string) => (name === from ? to : name);

/** The document with another name for one of its sources, blocks or days, wherever it stands. */
export function renamed(document: StationDocument, what: Named, from: string, to: string): StationDocument {
  const own = { ...document, [what]: renamedKey<unknown>(document[what] ?? {}, from, to) } as StationDocument;
  const name = swap(from, to);
  if (what === "blocks") {
    const templates = Object.fromEntries(Object.entries(own.templates ?? {}).map(([day, starts]) => [day, starts.map((start) => withChange(start, { block: name(start.block) }))]));
    return own.templates ? { ...own, templates } : own;
  }
  if (what === "templates") return own.calendar ? { ...own, calendar: own.calendar.map((rule): DayOf => withChange(rule, { template: name(rule.template) })) } : own;
  const sources = Object.fromEntries(
    Object.entries(own.sources ?? {}).map(([key, source]): [string, string | Source] =>
      typeof source === "object" && source.any ? [key, { ...source, any: source.any.map(name) }] : [key, source],
    ),
  );
  return {
    ...own,
    sources,
    ...(own.blocks ? { blocks: eachStep(own.blocks, (step) => withChange(step, { source: name(step.source) })) } : {}),
    ...(own.breaks ? { breaks: own.breaks.map((rule): Break => withChange(rule, { source: name(rule.source) })) } : {}),
  };
}

function eachStep(blocks: Readonly<Record<string, Block>>, change: (step: Step) => Step): Readonly<Record<string, Block>> {
  return Object.fromEntries(Object.entries(blocks).map(([name, block]) => [name, { ...block, play: block.play.map(change) }]));
}

/** A break with another name, in the blocks and steps that name it, too. */
export function renamedBreak(document: StationDocument, at: number, to: string): StationDocument {
  const from = document.breaks?.[at]?.name;
  const breaks = document.breaks?.map((rule, index) => (index === at ? { ...rule, name: to } : rule)) ?? [];
  if (from === undefined || from === "") return { ...document, breaks };
  const listed = (names: readonly string[] | undefined) => names?.map(swap(from, to));
  const blocks = Object.fromEntries(
    Object.entries(document.blocks ?? {}).map(([name, block]) => [
      name,
      withChange(block, { breaks: listed(block.breaks), play: block.play.map((step) => withChange(step, { breaks: listed(step.breaks) })) }),
    ]),
  );
  return { ...document, breaks, ...(document.blocks ? { blocks } : {}) };
}

/** How often something is named by others. */
export function uses(document: StationDocument, what: Named, name: string): number {
  if (what === "blocks") return count(Object.values(document.templates ?? {}).flat(), ({ block }) => block === name);
  if (what === "templates") return count(document.calendar ?? [], ({ template }) => template === name);
  const steps = Object.values(document.blocks ?? {}).flatMap(({ play }) => play);
  const lists = Object.values(document.sources ?? {}).flatMap((source) => sourceOf(source).any ?? []);
  return count(steps, ({ source }) => source === name) + count(document.breaks ?? [], ({ source }) => source === name) + count(lists, (other) => other === name);
}

function count<T>(list: readonly T[], is: (one: T) => boolean): number {
  return list.reduce((sum, one) => sum + (is(one) ? 1 : 0), 0);
}

/** Without one of its sources, blocks or days. What named it is told by the station as a fault. */
export function without(document: StationDocument, what: Named, name: string): StationDocument {
  return { ...document, [what]: Object.fromEntries(Object.entries(document[what] ?? {}).filter(([other]) => other !== name)) };
}
