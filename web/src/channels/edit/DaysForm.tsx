/** Days: which block begins when. Each is a strip of the day on which blocks are dragged or moved by keys, and a list of the same. */
import { Copy, Trash2 } from "lucide-react";
import { useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import type { Start } from "../../api/stations";
import { Button, IconButton } from "../../ui";
import { usePlanAddress } from "../address";
import { freeName, readTimeOfDay, withChange, writeTimeOfDay, type Change } from "../document";
import { useWords } from "../text";
import { hasFault } from "../words";
import { Entries, type EntryProps } from "./Entries";
import { LengthField, PlaceFault, SelectField, TimeField, useEdited } from "./fields";

const DAY_S = 86_400;
const MINUTE_S = 60;
const STEP_S = 5 * MINUTE_S;
const HOUR_S = 60 * MINUTE_S;

export function DaysForm() {
  const w = useWords();
  const { document } = useEdited();
  const [first = ""] = Object.keys(document.blocks ?? {});
  return (
    <Entries
      what="templates"
      entries={document.templates ?? {}}
      words={{ add: w.days.add, name: w.days.new }}
      summary={(starts) => byTime(starts).map(({ start }) => `${start.at} ${start.block}`).join(" · ")}
      fresh={(): readonly Start[] => [{ at: "06:00", block: first }]}
      Form={DayForm}
    />
  );
}

/** Starts in order of time, each with its number in the document. */
export function byTime(starts: readonly Start[]): readonly { readonly start: Start; readonly at: number; readonly second: number }[] {
  return starts.map((start, at) => ({ start, at, second: readTimeOfDay(start.at) ?? 0 })).toSorted((a, b) => a.second - b.second);
}

/** Where a start goes: within the day, and not onto another one. `by` is in seconds; what is taken is passed over. */
export function pushed(starts: readonly Start[], at: number, to: number, step: number): readonly Start[] {
  const taken = new Set(starts.filter((_, index) => index !== at).map((start) => readTimeOfDay(start.at)));
  let second = Math.min(DAY_S - MINUTE_S, Math.max(0, to));
  while (taken.has(second) && second + step >= 0 && second + step < DAY_S) second += step;
  if (taken.has(second)) return starts;
  return starts.map((start, index) => (index === at ? { ...start, at: writeTimeOfDay(second) } : start));
}

type DayFormProps = EntryProps<readonly Start[]>;

function DayForm({ entry: starts, name, change }: DayFormProps) {
  const w = useWords();
  const { document, change: put, faults } = useEdited();
  const { adjust } = usePlanAddress();
  const blocks = Object.keys(document.blocks ?? {});
  const place = `templates.${name}`;
  const set = (at: number, more: Change<Start>) => change(starts.map((start, index) => (index === at ? withChange(start, more) : start)));
  const add = () => {
    const last = byTime(starts).at(-1)?.second ?? 5 * HOUR_S;
    change(pushed([...starts, { at: "", block: blocks[0] ?? "" }], starts.length, Math.min(last + HOUR_S, DAY_S - HOUR_S), STEP_S));
  };
  const copy = () => {
    const to = freeName(w.days.copyOf(name), Object.keys(document.templates ?? {}));
    put({ ...document, templates: { ...document.templates, [to]: starts } });
    adjust({ part: to });
  };
  return (
    <>
      <PlaceFault place={place} />
      <DayStrip entry={starts} name={name} change={change} />
      <p className="field-help">{w.days.text}</p>
      <ol className="starts" aria-label={w.days.starts(name)}>
        {byTime(starts).map(({ start, at }) => {
          const here = `${place}[${at}]`;
          const label = `${start.at} ${start.block}`;
          return (
            <li key={at} data-place={here} data-faulty={hasFault(faults, here) || undefined}>
              <TimeField label={w.days.at} place={`${here}.at`} value={start.at} change={(time) => time !== undefined && set(at, { at: time })} />
              <SelectField label={w.days.block} place={`${here}.block`} value={start.block} options={blocks.map((block) => [block, block] as const)} change={(block) => set(at, { block })} />
              <SelectField
                label={w.days.how}
                place={`${here}.strict`}
                value={start.strict ? "strict" : "flexible"}
                options={[
                  ["flexible", w.days.flexible],
                  ["strict", w.days.strict],
                ]}
                change={(how) => set(at, how === "strict" ? { strict: true, late: undefined } : { strict: undefined })}
              />
              {start.strict ? <span /> : <LengthField label={w.days.late} place={`${here}.late`} value={start.late} change={(late) => set(at, { late })} />}
              <IconButton label={w.edit.remove(label)} onClick={() => change(starts.filter((_, index) => index !== at))}>
                <Trash2 size={18} aria-hidden />
              </IconButton>
            </li>
          );
        })}
      </ol>
      <div className="actions">
        <Button onClick={add}>{w.days.addStart}</Button>
        <Button onClick={copy}>
          <Copy size={18} aria-hidden />
          {w.days.copy}
        </Button>
      </div>
    </>
  );
}

/** How the blocks of a day are told apart: by the order in which the document names them. */
const HUES = 10;

/** A day from left to right; each block reaches to the next, the last one over midnight to the first. */
function DayStrip({ entry: starts, name, change }: DayFormProps) {
  const w = useWords();
  const { document } = useEdited();
  const strip = useRef<HTMLDivElement>(null);
  const held = useRef<{ readonly at: number; readonly x: number; readonly second: number } | null>(null);
  const [said, say] = useState("");
  const names = Object.keys(document.blocks ?? {});
  const list = byTime(starts);
  const last = list.at(-1);
  const hue = (block: string) => `var(--genre-${(Math.max(0, names.indexOf(block)) % HUES) + 1})`;
  const put = (at: number, to: number, step: number) => {
    const next = pushed(starts, at, to, step);
    const start = next[at];
    if (next === starts || !start) return;
    change(next);
    say(w.days.moved(start.block, start.at));
  };
  const onKeyDown = (event: KeyboardEvent, at: number, second: number) => {
    const direction = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (event.key === "Delete") change(starts.filter((_, index) => index !== at));
    else if (direction === undefined) return;
    else {
      const step = direction * (event.shiftKey ? HOUR_S : event.altKey ? MINUTE_S : STEP_S);
      put(at, second + step, direction * MINUTE_S);
    }
    event.preventDefault();
    event.stopPropagation();
  };
  const onPointerMove = (event: PointerEvent) => {
    const grip = held.current;
    const width = strip.current?.clientWidth ?? 0;
    if (!grip || width === 0) return;
    const by = ((event.clientX - grip.x) / width) * DAY_S;
    const to = Math.round((grip.second + by) / STEP_S) * STEP_S;
    put(grip.at, to, by < 0 ? -STEP_S : STEP_S);
  };
  return (
    <div className="strip">
      <div className="strip-hours" aria-hidden>
        {[0, 3, 6, 9, 12, 15, 18, 21].map((hour) => (
          <span key={hour} style={{ insetInlineStart: `${(hour / 24) * 100}%` }}>
            {String(hour).padStart(2, "0")}
          </span>
        ))}
      </div>
      <div className="strip-day" ref={strip} role="group" aria-label={w.days.starts(name)}>
        {last && list[0] && list[0].second > 0 && (
          <span className="strip-block" data-night style={{ insetInlineStart: 0, width: `${(list[0].second / DAY_S) * 100}%`, "--hue": hue(last.start.block) } as React.CSSProperties} title={w.days.overnight}>
            <span>{last.start.block}</span>
          </span>
        )}
        {list.map(({ start, at, second }, index) => {
          const until = list[index + 1]?.second ?? DAY_S;
          return (
            <button
              key={at}
              type="button"
              className="strip-block"
              data-strict={start.strict || undefined}
              style={{ insetInlineStart: `min(${(second / DAY_S) * 100}%, 100% - 1.5rem)`, width: `${((until - second) / DAY_S) * 100}%`, "--hue": hue(start.block) } as React.CSSProperties}
              aria-label={w.days.grip(start.block, start.at, start.strict === true)}
              title={`${start.at} ${start.block}`}
              onKeyDown={(event) => onKeyDown(event, at, second)}
              onPointerDown={(event) => {
                event.currentTarget.setPointerCapture(event.pointerId);
                held.current = { at, x: event.clientX, second };
              }}
              onPointerMove={onPointerMove}
              onPointerUp={() => {
                held.current = null;
              }}
              onPointerCancel={() => {
                held.current = null;
              }}
            >
              <span>{start.block}</span> <small>{start.at}</small>
            </button>
          );
        })}
      </div>
      <p className="visually-hidden" role="status">
        {said}
      </p>
    </div>
  );
}
