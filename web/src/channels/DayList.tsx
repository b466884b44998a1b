/** One day as a list: for phones, for screen readers, and for whoever likes lists better. */
import { clockTime } from "../guide/calendar";
import { useZone } from "../guide/zone";
import { useLocale } from "../i18n";
import { PreparationMark } from "./Marks";
import { isBreak, preparationOf, type Programme } from "./programmes";
import { useWords } from "./text";
import { lengthWords, titleWords } from "./words";

interface DayListProps {
  readonly programmes: readonly Programme[];
  readonly label: string;
  readonly now: number;
  readonly open: string | null;
  readonly openProgramme: (key: string) => void;
}

export function DayList({ programmes, label, now, open, openProgramme }: DayListProps) {
  const w = useWords();
  const locale = useLocale();
  const zone = useZone();
  if (programmes.length === 0) return <p className="guide-note">{w.plan.empty}</p>;
  return (
    <ol className="plan-list" aria-label={label}>
      {programmes.map((programme) => {
        const { slot, slots, filling, start, end } = programme;
        const prepared = preparationOf(programme);
        const on = start <= now && now < end;
        const breaks = filling ? [] : slots.filter(isBreak);
        const inBreaks = breaks.reduce((sum, one) => sum + Date.parse(one.end) - Date.parse(one.start), 0);
        return (
          <li key={programme.key} data-past={end <= now || undefined} data-now={on || undefined} data-filling={filling || undefined}>
            <button type="button" className="plan-line" aria-pressed={open === programme.key} onClick={() => openProgramme(programme.key)}>
              <time dateTime={slot.start}>{clockTime(start, locale, zone)}</time>
              <span className="plan-line-words">
                <span className="plan-line-title">{filling ? w.filling : titleWords(w, slot)}</span>
                {!filling && slot.subtitle && <span className="plan-line-sub">{slot.subtitle}</span>}
                <span className="plan-line-facts">
                  {[
                    lengthWords(w, end - start),
                    breaks.length > 0 ? w.inBreaks(breaks.length, lengthWords(w, inBreaks)) : null,
                    on ? w.plan.onNow : null,
                    slot.firm ? w.firm : null,
                    slots.some(({ cut, role }) => cut && role === "programme") ? w.cut : null,
                  ]
                    .filter(Boolean)
                    .join(" · ")}
                </span>
              </span>
              {end > now && <PreparationMark state={prepared.state} progress={prepared.progress} spoken />}
            </button>
          </li>
        );
      })}
    </ol>
  );
}
