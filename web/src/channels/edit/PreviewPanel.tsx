/** What a draft would change: what comes, goes and moves, what is wrong, what planning notes, and how the next days would be. */
import { X } from "lucide-react";
import { useState } from "react";
import type { DiffView, FaultView, PreviewView } from "../../api/stations";
import { addDays, dayStart } from "../../guide/calendar";
import { dayName, fullDayName } from "../../guide/words";
import { useZone } from "../../guide/zone";
import { useLocale, useText } from "../../i18n";
import { Button, IconButton, Skeleton } from "../../ui";
import { useNow } from "../../watch/time";
import { moment } from "../ChannelsPage";
import { DayList } from "../DayList";
import { FaultList } from "../Faults";
import { Notes } from "../Plan";
import { between, programmesOf } from "../programmes";
import { useWords } from "../text";

/** Days that a preview asks for. */
export const PREVIEW_DAYS = 3;

interface PreviewPanelProps {
  /** Null while it is planned. */
  readonly preview: PreviewView | null;
  /** The draft has changed since. */
  readonly stale: boolean;
  readonly go: (fault: FaultView) => void;
  readonly close: () => void;
}

export function PreviewPanel({ preview, stale, go, close }: PreviewPanelProps) {
  const w = useWords();
  return (
    <section className="station-evening" aria-label={w.preview.title} aria-busy={preview === null}>
      <header className="preview-head">
        <h2>{w.preview.title}</h2>
        <IconButton label={w.preview.close} onClick={close}>
          <X size={20} aria-hidden />
        </IconButton>
      </header>
      {preview === null ? (
        <>
          <p role="status">{w.preview.waiting}</p>
          <Skeleton width="70%" />
          <Skeleton width="50%" />
        </>
      ) : (
        <>
          {stale && <p className="field-help">{w.make.stale}</p>}
          {preview.faults.length > 0 ? (
            <>
              <p>{w.preview.faultsText}</p>
              <FaultList faults={preview.faults} go={go} />
            </>
          ) : (
            <>
              <Diff diff={preview.diff} />
              <Coming preview={preview} />
            </>
          )}
        </>
      )}
    </section>
  );
}

const CHANGES_SHOWN = 8;

function Diff({ diff }: { readonly diff: DiffView }) {
  const w = useWords();
  const locale = useLocale();
  const zone = useZone();
  const now = useNow(60_000);
  const when = (time: string) => moment(Date.parse(time), now, locale, zone);
  /** Of the same day, the time alone. */
  const then = (was: string, time: string) => moment(Date.parse(time), dayStart(Date.parse(was), zone) === dayStart(Date.parse(time), zone) ? Date.parse(time) : now, locale, zone);
  const [all, setAll] = useState(false);
  const total = diff.came + diff.went + diff.moved;
  const shown = all ? diff.items : diff.items.slice(0, CHANGES_SHOWN);
  if (total === 0) return <p role="status">{w.preview.none}</p>;
  return (
    <>
      <p role="status">
        <b>{w.preview.summary(diff.came, diff.went, diff.moved)}</b>
        {diff.first && ` · ${w.preview.first(when(diff.first))}`}
      </p>
      <ul className="diff">
        {shown.map((item) => (
          <li key={`${item.kind} ${item.title} ${item.start ?? ""} ${item.was ?? ""}`} data-kind={item.kind}>
            <span className="diff-kind">{w.preview[item.kind]}</span>
            <span>{item.title}</span>
            <span className="diff-time">
              {item.kind === "moved" && item.was && item.start ? w.preview.from(when(item.was), then(item.was, item.start)) : (item.start ?? item.was) ? when(item.start ?? item.was ?? "") : null}
            </span>
          </li>
        ))}
        {total > shown.length && (
          <li className="diff-more">
            {shown.length < diff.items.length ? (
              <Button look="quiet" onClick={() => setAll(true)}>
                {w.preview.more(total - shown.length)}
              </Button>
            ) : (
              w.preview.more(total - shown.length)
            )}
          </li>
        )}
      </ul>
    </>
  );
}

function Coming({ preview }: { readonly preview: PreviewView }) {
  const w = useWords();
  const t = useText();
  const locale = useLocale();
  const zone = useZone();
  const now = useNow(60_000);
  const today = dayStart(Date.parse(preview.from), zone);
  const days = Array.from({ length: PREVIEW_DAYS }, (_, at) => addDays(today, at, zone)).filter((day) => day < Date.parse(preview.to));
  const first = preview.diff.first ? Date.parse(preview.diff.first) : null;
  // Where the first change is, that day comes first.
  const [chosen, choose] = useState(() => Math.max(0, days.findLastIndex((day) => first !== null && day <= first)));
  const day = days[chosen] ?? today;
  return (
    <>
      {preview.notes.length > 0 && <Notes notes={preview.notes} now={now} inner />}
      <h3>{w.preview.planTitle}</h3>
      <div className="chips" role="group" aria-label={w.plan.day}>
        {days.map((one, at) => (
          <button key={one} type="button" className="tab" aria-pressed={at === chosen} onClick={() => choose(at)}>
            {dayName(t, one, now, locale, zone)}
          </button>
        ))}
      </div>
      <DayList programmes={between(programmesOf(preview.slots), day, addDays(day, 1, zone))} label={fullDayName(t, day, now, locale, zone)} now={now} from={first !== null && dayStart(first, zone) === day ? first : now} open={null} />
    </>
  );
}
