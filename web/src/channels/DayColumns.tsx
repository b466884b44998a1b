/**
 * Days side by side, hours down: programmes as blocks, their breaks as stripes in them, a line where it is now. One block has the place in the
 * order of Tab; arrow keys go on from there. Only what is near the view is drawn: a day of clips has thousands.
 */
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { addDays, clockTime } from "../guide/calendar";
import { useZone } from "../guide/zone";
import { useLocale, useText } from "../i18n";
import { fullDayName, dayName } from "../guide/words";
import { PreparationMark } from "./Marks";
import { between, isBreak, onAt, preparationOf, type Programme } from "./programmes";
import { useWords } from "./text";
import { lengthWords, preparationWords, titleWords, units } from "./words";

/** What airs later than this has time to be prepared, and needs no mark that it is not. */
const SOON_MS = 6 * units.HOUR;

interface DayColumnsProps {
  /** Midnights. */
  readonly days: readonly number[];
  readonly programmes: readonly Programme[];
  readonly now: number;
  /** Height of an hour in rem. */
  readonly hour: number;
  readonly firmUntil: number | null;
  readonly open: string | null;
  readonly openProgramme: (key: string) => void;
  /** A step beyond the first or last day. */
  readonly turn: (days: number) => void;
}

export function DayColumns(props: DayColumnsProps) {
  const { days, programmes, now, hour, open, turn } = props;
  const t = useText();
  const w = useWords();
  const locale = useLocale();
  const zone = useZone();
  const scroll = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ from: 0, to: 24 });
  const columns = useMemo(
    () => days.map((day) => ({ day, end: addDays(day, 1, zone), programmes: between(programmes, day, addDays(day, 1, zone)) })),
    [days, programmes, zone],
  );
  const { cursor, setCursor, focusAt } = useCursor(columns, now, scroll);

  const look = useCallback(() => {
    const frame = scroll.current;
    if (!frame) return;
    const px = hour * rem();
    // A screen above and one below are drawn as well, in steps of half a screen.
    const step = Math.max(1, frame.clientHeight / 2);
    const at = Math.floor(frame.scrollTop / step);
    const from = ((at - 2) * step) / px;
    const to = ((at + 5) * step) / px;
    setView((before) => (before.from === from && before.to === to ? before : { from, to }));
  }, [hour]);
  useScrollToNow(scroll, days, now, hour);
  useLayoutEffect(look, [look, days]);

  const onKeyDown = (event: KeyboardEvent, column: number, key: string) => {
    const list = columns[column]?.programmes ?? [];
    const at = list.findIndex((programme) => programme.key === key);
    const here = list[at];
    const go = (to: Programme | undefined, day: number) => to && focusAt(day, to.key);
    if (event.key === "ArrowDown") {
      if (list[at + 1]) go(list[at + 1], column);
      else go(columns[column + 1]?.programmes[0], column + 1);
    } else if (event.key === "ArrowUp") {
      if (at > 0) go(list[at - 1], column);
      else go(columns[column - 1]?.programmes.at(-1), column - 1);
    } else if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
      const by = event.key === "ArrowRight" ? 1 : -1;
      const other = columns[column + by];
      if (!other) turn(by);
      else if (here) {
        const same = Math.max(here.start, columns[column]?.day ?? 0) - (columns[column]?.day ?? 0) + other.day;
        go(onAt(other.programmes, same) ?? other.programmes[0], column + by);
      }
    } else if (event.key === "Home") go(list[0], column);
    else if (event.key === "End") go(list.at(-1), column);
    else return;
    event.preventDefault();
  };

  const first = columns[0];
  const hours = first ? Math.round((first.end - first.day) / units.HOUR) : 24;
  // From near the clock has quarters, from nearer five minutes.
  const marks = hour >= 90 ? 12 : hour >= 12 ? 4 : 1;
  return (
    <div className="plan-columns" ref={scroll} onScroll={look} style={{ "--hour": `${hour}rem`, "--days": days.length } as React.CSSProperties}>
      <div className="plan-heads">
        <span />
        {days.map((day) => (
          <h2 key={day} data-today={(day <= now && now < addDays(day, 1, zone)) || undefined}>
            {dayName(t, day, now, locale, zone)}
          </h2>
        ))}
      </div>
      <div className="plan-body">
        <ol className="plan-axis" aria-hidden>
          {Array.from({ length: hours * marks }, (_, at) => (
            <li key={at} style={{ top: `${(at * hour) / marks}rem` }}>
              {clockTime((first?.day ?? 0) + (at * units.HOUR) / marks, locale, zone)}
            </li>
          ))}
        </ol>
        {columns.map((column, index) => (
          <section
            key={column.day}
            className="plan-column"
            aria-label={fullDayName(t, column.day, now, locale, zone)}
            style={{ height: `${((column.end - column.day) / units.HOUR) * hour}rem` }}
          >
            {column.programmes.length === 0 && <p className="plan-empty">{column.day > now ? w.plan.beyond : w.plan.empty}</p>}
            <ol>
              {column.programmes
                .filter(
                  ({ key, start, end }) =>
                    (start - column.day < view.to * units.HOUR && end - column.day > view.from * units.HOUR) || (cursor?.column === index && cursor.key === key),
                )
                .map((programme) => (
                  <Block
                    key={programme.key}
                    programme={programme}
                    day={column.day}
                    dayEnd={column.end}
                    hour={hour}
                    now={now}
                    opened={open === programme.key}
                    atCursor={cursor?.column === index && cursor.key === programme.key}
                    focus={() => setCursor({ column: index, key: programme.key })}
                    choose={() => props.openProgramme(programme.key)}
                    onKeyDown={(event) => onKeyDown(event, index, programme.key)}
                  />
                ))}
            </ol>
            <Lines day={column.day} end={column.end} now={now} firmUntil={props.firmUntil} hour={hour} />
          </section>
        ))}
      </div>
    </div>
  );
}

function rem(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
}

/** The block that Tab comes to: where one was, or what is on now. */
function useCursor(columns: readonly { readonly day: number; readonly programmes: readonly Programme[] }[], now: number, scroll: React.RefObject<HTMLElement | null>) {
  const [wanted, setCursor] = useState<{ readonly column: number; readonly key: string } | null>(null);
  const wish = useRef(false);
  const found = () => {
    if (wanted !== null && columns[wanted.column]?.programmes.some(({ key }) => key === wanted.key)) return wanted;
    for (const [column, { programmes }] of columns.entries()) {
      const on = onAt(programmes, now);
      if (on) return { column, key: on.key };
    }
    const column = columns.findIndex(({ programmes }) => programmes.length > 0);
    const first = columns[column]?.programmes[0];
    return first ? { column, key: first.key } : null;
  };
  const cursor = found();
  useEffect(() => {
    if (!wish.current) return;
    wish.current = false;
    const block = scroll.current?.querySelector<HTMLElement>('[data-cursor="true"]');
    block?.focus({ preventScroll: true });
    block?.scrollIntoView({ block: "nearest" });
  });
  const focusAt = (column: number, key: string) => {
    wish.current = true;
    setCursor({ column, key });
  };
  return { cursor, setCursor, focusAt };
}

/** What is on now stands a third below the top when the days come. */
function useScrollToNow(scroll: React.RefObject<HTMLElement | null>, days: readonly number[], now: number, hour: number): void {
  const first = days[0] ?? 0;
  const then = useRef({ now, hour });
  then.current = { now, hour };
  useLayoutEffect(() => {
    const frame = scroll.current;
    if (!frame) return;
    const today = days.find((day) => day <= then.current.now && then.current.now < day + units.DAY);
    const hours = today === undefined ? 17 : (then.current.now - today) / units.HOUR;
    frame.scrollTop = Math.max(0, hours * then.current.hour * rem() - frame.clientHeight / 3);
    // Only where other days come: not each minute.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [first]);
  // Nearer and farther, the middle of the view stays where it is.
  const before = useRef(hour);
  useLayoutEffect(() => {
    const frame = scroll.current;
    const was = before.current;
    before.current = hour;
    if (!frame || was === hour) return;
    const middle = (frame.scrollTop + frame.clientHeight / 2) / was;
    frame.scrollTop = Math.max(0, middle * hour - frame.clientHeight / 2);
  }, [hour, scroll]);
}

interface BlockProps {
  readonly programme: Programme;
  readonly day: number;
  readonly dayEnd: number;
  readonly hour: number;
  readonly now: number;
  readonly opened: boolean;
  readonly atCursor: boolean;
  readonly focus: () => void;
  readonly choose: () => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
}

function Block({ programme, day, dayEnd, hour, now, opened, atCursor, focus, choose, onKeyDown }: BlockProps) {
  const w = useWords();
  const locale = useLocale();
  const zone = useZone();
  const { slot, slots, filling } = programme;
  const [start, end] = [Math.max(programme.start, day), Math.min(programme.end, dayEnd)];
  const height = ((end - start) / units.HOUR) * hour;
  const prepared = preparationOf(programme);
  const phase = programme.end <= now ? "past" : programme.start <= now ? "now" : "coming";
  const marked = prepared.state === "failed" || prepared.state === "running" || (prepared.state === "ready" && phase !== "past") || (prepared.state === "waiting" && programme.start - now < SOON_MS);
  const title = filling ? w.filling : titleWords(w, slot);
  const time = clockTime(programme.start, locale, zone);
  return (
    <li style={{ top: `${((start - day) / units.HOUR) * hour}rem`, height: `${height}rem` }}>
      <button
        type="button"
        className="plan-block"
        data-phase={phase}
        data-firm={slot.firm || undefined}
        data-filling={filling || undefined}
        data-kind={slot.kind}
        data-failed={prepared.state === "failed" || undefined}
        data-size={height < 1.125 ? "line" : height < 2.5 ? "one" : "two"}
        data-cursor={atCursor}
        aria-pressed={opened}
        tabIndex={atCursor ? 0 : -1}
        title={`${time} ${title}`}
        aria-label={spokenBlock(programme, w, time, title, locale)}
        onFocus={focus}
        onClick={choose}
        onKeyDown={onKeyDown}
      >
        {!filling &&
          slots.filter(isBreak).map((one) => (
            <i
              key={one.start}
              className="plan-stripe"
              style={{
                top: `${((Math.max(Date.parse(one.start), start) - start) / (end - start)) * 100}%`,
                height: `${(Math.max(0, Math.min(Date.parse(one.end), end) - Math.max(Date.parse(one.start), start)) / (end - start)) * 100}%`,
              }}
            />
          ))}
        <span className="plan-block-words">
          <span className="plan-block-time">{time}</span> <span className="plan-block-title">{title}</span>{" "}
          {!filling && slot.subtitle && <span className="plan-block-sub">{slot.subtitle}</span>}
        </span>
        {marked && <PreparationMark state={prepared.state} progress={prepared.progress} />}
      </button>
    </li>
  );
}

/** All that a block shows by place, colour and marks, in words. */
export function spokenBlock(programme: Programme, w: ReturnType<typeof useWords>, time: string, title: string, locale: string): string {
  const { slot, slots, start, end, filling } = programme;
  const prepared = preparationOf(programme);
  const breaks = filling ? [] : slots.filter(isBreak);
  const inBreaks = breaks.reduce((sum, one) => sum + Date.parse(one.end) - Date.parse(one.start), 0);
  return [
    // As it is read, first: who speaks to the page names what is seen.
    [time, title, filling ? null : slot.subtitle].filter(Boolean).join(" "),
    lengthWords(w, end - start),
    breaks.length > 0 ? w.inBreaks(breaks.length, lengthWords(w, inBreaks)) : null,
    slots.some(({ cut, role }) => cut && role === "programme") ? w.cut : null,
    slot.firm ? w.firm : w.planned,
    preparationWords(w, prepared.state, prepared.progress, locale),
  ]
    .filter(Boolean)
    .join(", ");
}

interface LinesProps {
  readonly day: number;
  readonly end: number;
  readonly now: number;
  readonly firmUntil: number | null;
  readonly hour: number;
}

function Lines({ day, end, now, firmUntil, hour }: LinesProps) {
  const w = useWords();
  const locale = useLocale();
  const zone = useZone();
  const top = (ms: number) => `${((ms - day) / units.HOUR) * hour}rem`;
  return (
    <>
      {firmUntil !== null && day <= firmUntil && firmUntil < end && firmUntil > now && (
        <span className="plan-firm" style={{ top: top(firmUntil) }} title={w.plan.firmHere(clockTime(firmUntil, locale, zone))} aria-hidden>
          <b>{w.firmUntil(clockTime(firmUntil, locale, zone))}</b>
        </span>
      )}
      {day <= now && now < end && <span className="plan-now" style={{ top: top(now) }} aria-hidden />}
    </>
  );
}
