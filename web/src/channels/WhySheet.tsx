/** Why a programme stands where it stands, and why each of the clips in it does. Beside the plan; on a phone from below. */
import { Link } from "@tanstack/react-router";
import { ChevronLeft, ChevronRight, X } from "lucide-react";
import { useEffect, useId, useRef, useState } from "react";
import type { SlotView } from "../api/stations";
import { clockTime } from "../guide/calendar";
import { fullDayName } from "../guide/words";
import { useZone } from "../guide/zone";
import { useLocale, useText } from "../i18n";
import { IconButton } from "../ui";
import { PreparationMark } from "./Marks";
import { isBreak, type Programme } from "./programmes";
import { useWords } from "./text";
import { lengthWords, preparationWords, titleWords, whyWords } from "./words";

interface WhySheetProps {
  readonly programme: Programme;
  readonly before: Programme | undefined;
  readonly after: Programme | undefined;
  readonly station: string;
  readonly simple: boolean;
  readonly now: number;
  readonly go: (key: string) => void;
  readonly close: () => void;
}

export function WhySheet({ programme, before, after, station, simple, now, go, close }: WhySheetProps) {
  const t = useText();
  const w = useWords();
  const locale = useLocale();
  const zone = useZone();
  const title = useId();
  const sheet = useRef<HTMLDivElement>(null);
  const [chosen, choose] = useState<string | null>(null);
  const slot = programme.slots.find(({ start }) => start === chosen) ?? programme.slot;
  const time = (text: string) => clockTime(Date.parse(text), locale, zone);
  useEffect(() => sheet.current?.querySelector<HTMLElement>("[data-close]")?.focus({ preventScroll: true }), []);
  const breaks = isBreak(slot);
  return (
    <div ref={sheet} className="guide-sheet why" role="dialog" aria-labelledby={title}>
      <header>
        <span className="why-head">{w.why.title}</span>
        <span className="why-steps">
          <IconButton label={w.why.previous} disabled={!before} onClick={() => before && go(before.key)}>
            <ChevronLeft aria-hidden />
          </IconButton>
          <IconButton label={w.why.next} disabled={!after} onClick={() => after && go(after.key)}>
            <ChevronRight aria-hidden />
          </IconButton>
          <IconButton label={w.why.close} data-close onClick={close}>
            <X size={20} aria-hidden />
          </IconButton>
        </span>
      </header>
      <h2 id={title}>{titleWords(w, slot)}</h2>
      {slot.subtitle && <p className="guide-sheet-subtitle">{slot.subtitle}</p>}
      <p className="guide-sheet-time">
        <time dateTime={slot.start}>{time(slot.start)}</time>–<time dateTime={slot.end}>{time(slot.end)}</time> · {lengthWords(w, Date.parse(slot.end) - Date.parse(slot.start))}
        {breaks && ` · ${w.roles[slot.role]}`}
      </p>
      <p className="guide-sheet-about">
        {w.kinds[slot.kind]}
        {slot.preparation !== "none" && (
          <>
            {" · "}
            <PreparationMark state={slot.preparation} progress={slot.progress} /> {preparationWords(w, slot.preparation, slot.progress, locale)}
          </>
        )}
      </p>
      <ul className="why-reasons" aria-live="polite">
        {whyWords(w, slot, fullDayName(t, Date.parse(slot.start), now, locale, zone), simple, now).map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      {!simple && slot.why.block !== "" && (
        <Link to="/channels/$id" params={{ id: station }} search={{ tab: "edit", section: "blocks", part: slot.why.block }} className="button button-plain">
          {w.why.toBlock}
        </Link>
      )}
      {programme.slots.length > 1 && <Parts slots={programme.slots} chosen={slot} choose={choose} time={time} />}
    </div>
  );
}

interface PartsProps {
  readonly slots: readonly SlotView[];
  readonly chosen: SlotView;
  readonly choose: (start: string) => void;
  readonly time: (text: string) => string;
}

function Parts({ slots, chosen, choose, time }: PartsProps) {
  const w = useWords();
  return (
    <section>
      <h3>{w.why.parts}</h3>
      <ol className="why-parts">
        {slots.map((slot) => (
          <li key={slot.start} data-break={isBreak(slot) || undefined}>
            <button type="button" aria-pressed={slot === chosen} onClick={() => choose(slot.start)}>
              <time dateTime={slot.start}>{time(slot.start)}</time>
              <span>
                {titleWords(w, slot)} <small>{isBreak(slot) ? w.roles[slot.role] : null}</small>
              </span>
              <small>{lengthWords(w, Date.parse(slot.end) - Date.parse(slot.start))}</small>
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}
