/** One day as a list: for phones, for screen readers, and for whoever likes lists better. */
import { useEffect, useRef, useState, type ReactNode } from "react";
import { clockTime } from "../guide/calendar";
import { useZone } from "../guide/zone";
import { useLocale } from "../i18n";
import { Button } from "../ui";
import { PreparationMark } from "./Marks";
import { isBreak, preparationOf, type Programme } from "./programmes";
import { useWords } from "./text";
import { lengthWords, titleWords } from "./words";

interface DayListProps {
  readonly programmes: readonly Programme[];
  readonly label: string;
  readonly now: number;
  /** The moment at which it begins to be read, if that is not now. */
  readonly from?: number;
  readonly open: string | null;
  /** Without it the lines are only read. */
  readonly openProgramme?: (key: string) => void;
}

export function DayList({ programmes, label, now, from: reading = now, open, openProgramme }: DayListProps) {
  const w = useWords();
  const locale = useLocale();
  const zone = useZone();
  const list = useRef<HTMLOListElement>(null);
  const first = programmes[0]?.key;
  const openable = openProgramme !== undefined;
  // What is on now comes into view with the day; what was before it is above.
  useEffect(() => {
    if (first !== undefined && openable) list.current?.querySelector("[data-now]")?.scrollIntoView({ block: "start" });
  }, [first, openable]);
  const [window, setWindow] = useState({ first, before: 0, after: 0 });
  if (window.first !== first) setWindow({ first, before: 0, after: 0 });
  const on = programmes.findIndex(({ start, end }) => start <= reading && reading < end);
  const from = Math.max(0, on - (openable ? BEFORE : BEFORE_READ) - window.before * MORE);
  const to = Math.max(0, on) + MORE * (window.after + 1);
  if (programmes.length === 0) return <p className="guide-note">{w.plan.empty}</p>;
  return (
    <>
      {from > 0 && (
        <Button look="quiet" onClick={() => setWindow({ ...window, before: window.before + 1 })}>
          {w.plan.before}
        </Button>
      )}
      <ol ref={list} className="plan-list" aria-label={label}>
        {programmes.slice(from, to).map((programme) => {
          const { slot, slots, filling, start, end } = programme;
          const prepared = preparationOf(programme);
          const on = start <= now && now < end;
          const breaks = filling ? [] : slots.filter(isBreak);
          const inBreaks = breaks.reduce((sum, one) => sum + Date.parse(one.end) - Date.parse(one.start), 0);
          return (
            <li key={programme.key} data-past={end <= now || undefined} data-now={on || undefined} data-filling={filling || undefined}>
              <Line pressed={open === programme.key} {...(openProgramme && { choose: () => openProgramme(programme.key) })}>
                <time dateTime={slot.start}>{clockTime(start, locale, zone)}</time>
                <span className="plan-line-words">
                  <span className="plan-line-title">{filling ? w.filling : titleWords(w, slot)}</span>
                  {!filling && slot.subtitle && <span className="plan-line-sub">{slot.subtitle}</span>}
                  <span className="plan-line-facts">
                    {[
                      lengthWords(w, end - start),
                      breaks.length > 0 ? w.inBreaks(breaks.length, lengthWords(w, inBreaks)) : null,
                      on && openable ? w.plan.onNow : null,
                      slot.firm && end > now ? w.firm : null,
                      slots.some(({ cut, role }) => cut && role === "programme") ? w.cut : null,
                    ]
                      .filter(Boolean)
                      .join(" · ")}
                  </span>
                </span>
                {openable && end > now && <PreparationMark state={prepared.state} progress={prepared.progress} spoken />}
              </Line>
            </li>
          );
        })}
      </ol>
      {to < programmes.length && (
        <Button look="quiet" onClick={() => setWindow({ ...window, after: window.after + 1 })}>
          {w.plan.after}
        </Button>
      )}
    </>
  );
}

/** Of a day of clips, so many before what is on, and as many more at a time. */
const BEFORE = 60;
const BEFORE_READ = 2;
const MORE = 120;

interface LineProps {
  readonly pressed: boolean;
  readonly choose?: () => void;
  readonly children: ReactNode;
}

function Line({ pressed, choose, children }: LineProps) {
  if (!choose) return <div className="plan-line">{children}</div>;
  return (
    <button type="button" className="plan-line" aria-pressed={pressed} onClick={choose}>
      {children}
    </button>
  );
}
