/** The plan of a channel: days of programmes, what was noted while planning, and why each thing stands where it does. */
import { useQueries } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ChevronLeft, ChevronRight, Columns3, List, ZoomIn, ZoomOut } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { NoteView, SlotView, StationDetail } from "../api/stations";
import { addDays, dayStart, DAYS, type Zone } from "../guide/calendar";
import { dayName, fullDayName } from "../guide/words";
import { useZone } from "../guide/zone";
import { useLocale, useText } from "../i18n";
import { Button, Failure, IconButton, Skeleton } from "../ui";
import { useNow } from "../watch/time";
import { usePlanAddress } from "./address";
import { moment } from "./ChannelsPage";
import { DayColumns } from "./DayColumns";
import { DayList } from "./DayList";
import { FaultList } from "./Faults";
import { between, firmUntil, programmesOf, type Programme } from "./programmes";
import { timeline } from "./queries";
import { useWords } from "./text";
import { useWidth } from "./useWidth";
import { WhySheet } from "./WhySheet";
import { noteWords } from "./words";

/** Heights of an hour in rem: from days of films to hours of clips. */
const HOURS = [3, 6, 12, 30, 90, 240] as const;
/** The height at which a programme of usual length can be read, in rem. */
const READABLE = 1.75;
/** Days back that can be looked at. */
const BACK = 7;
const NOTES_SHOWN = 5;

export function Plan({ station }: { readonly station: StationDetail }) {
  const w = useWords();
  const t = useText();
  const locale = useLocale();
  const zone = useZone();
  const width = useWidth();
  const now = useNow(20_000);
  const { id, address, adjust } = usePlanAddress();
  const [zoomed, setZoom] = useState<number | null>(null);
  const today = dayStart(now, zone);
  const first = readDay(address.date, zone) ?? today;
  const view = address.layout ?? (width === "phone" ? "list" : "days");
  const count = view === "list" ? 1 : width === "desk" ? (address.slot ? 2 : 3) : 1;
  const days = useMemo(() => Array.from({ length: count }, (_, at) => addDays(first, at, zone)), [first, count, zone]);
  const to = addDays(first, count, zone);
  const { data, error, retry } = usePlan(id, days, zone);
  const programmes = useMemo(() => programmesOf(data?.slots ?? NONE), [data]);
  const fitting = useMemo(() => fittingZoom(programmes), [programmes]);
  const zoom = zoomed ?? fitting;
  const sheet = useSheet(adjust);
  const at = programmes.findIndex(({ key }) => key === address.slot);
  const opened = programmes[at];
  const turn = (by: number) => {
    const day = addDays(first, by, zone);
    if (day >= addDays(today, -BACK, zone) && day < addDays(today, DAYS, zone)) adjust({ date: day === today ? undefined : writeDay(day, zone), slot: undefined });
  };
  if (error && !data) return <Failure error={error} retry={retry} />;
  // Of an empty one the plan is a slate, as far as it goes.
  const bare = station.state === "empty" || (data?.whole && data.slots.length === 0 && station.faults.length === 0 && (station.document.simple?.shows.length === 0));
  if (bare) return <Bare id={id} />;
  if (data?.whole && data.slots.length === 0 && station.faults.length > 0) return <Faulty station={station} />;
  return (
    <div className="station-plan" data-open={opened !== undefined || undefined} data-view={view}>
      <div className="station-plan-main">
        <div className="plan-tools">
          <IconButton label={w.plan.before} onClick={() => turn(-1)}>
            <ChevronLeft aria-hidden />
          </IconButton>
          <DaySelect first={first} today={today} now={now} choose={(day) => adjust({ date: day === today ? undefined : writeDay(day, zone), slot: undefined })} />
          <IconButton label={w.plan.after} onClick={() => turn(1)}>
            <ChevronRight aria-hidden />
          </IconButton>
          {first !== today && <Button onClick={() => adjust({ date: undefined, slot: undefined })}>{w.plan.today}</Button>}
          <span className="plan-tools-end">
            {view === "days" && (
              <>
                <IconButton label={w.plan.farther} disabled={zoom === 0} onClick={() => setZoom(zoom - 1)}>
                  <ZoomOut aria-hidden />
                </IconButton>
                <IconButton label={w.plan.closer} disabled={zoom === HOURS.length - 1} onClick={() => setZoom(zoom + 1)}>
                  <ZoomIn aria-hidden />
                </IconButton>
              </>
            )}
            <IconButton label={view === "days" ? w.plan.asList : w.plan.asDays} onClick={() => adjust({ layout: view === "days" ? "list" : "days" })}>
              {view === "days" ? <List aria-hidden /> : <Columns3 aria-hidden />}
            </IconButton>
          </span>
        </div>
        {error && data && <p className="status-stale">{w.plan.stale}</p>}
        {!data ? (
          <PlanSkeleton days={count} />
        ) : view === "list" ? (
          <div className="plan-list-frame">
            <DayList programmes={between(programmes, first, to)} label={fullDayName(t, first, now, locale, zone)} now={now} open={address.slot ?? null} openProgramme={sheet.open} />
            <Notes notes={data.notes} now={now} />
          </div>
        ) : (
          <>
            <p className="visually-hidden">{w.plan.keys}</p>
            <DayColumns
              days={days}
              programmes={programmes}
              now={now}
              hour={HOURS[zoom] ?? 6}
              firmUntil={station.firm_until ? Date.parse(station.firm_until) : firmUntil(data.slots)}
              open={address.slot ?? null}
              openProgramme={sheet.open}
              turn={turn}
            />
            <Notes notes={data.notes} now={now} folded />
          </>
        )}
      </div>
      {opened && (
        <WhySheet
          key={opened.key}
          programme={opened}
          before={programmes[at - 1]}
          after={programmes[at + 1]}
          station={id}
          simple={station.document.simple !== undefined}
          now={now}
          go={(key) => adjust({ slot: key })}
          close={sheet.close}
        />
      )}
    </div>
  );
}

const NONE: readonly SlotView[] = [];

/** The days in sight, each asked for by itself: what was loaded stays when others come. */
function usePlan(id: string, days: readonly number[], zone: Zone) {
  const { slots, notes, error, retry } = useQueries({
    queries: days.map((day) => timeline(id, day, addDays(day, 1, zone))),
    combine: (answers) => ({
      slots: answers.map(({ data }) => data?.slots),
      notes: answers.map(({ data }) => data?.notes),
      error: answers.find(({ error }) => error)?.error ?? null,
      retry: () => answers.forEach(({ refetch }) => void refetch()),
    }),
  });
  const data = useMemo(() => {
    if (slots.every((day) => day === undefined)) return null;
    // What goes over midnight is in both days' answers.
    const all = new Map(slots.flatMap((day) => day ?? []).map((slot) => [slot.start, slot]));
    return { slots: [...all.values()], notes: notes.flatMap((day) => day ?? []), whole: slots.every((day) => day !== undefined) };
  }, [slots, notes]);
  return { data, error, retry };
}

/** The zoom at which most programmes can be read, and no closer. */
export function fittingZoom(programmes: readonly Programme[]): number {
  const lengths = programmes.filter(({ filling }) => !filling).map(({ start, end }) => end - start);
  const usual = lengths.toSorted((a, b) => a - b)[Math.floor(lengths.length / 2)];
  if (usual === undefined) return USUAL_ZOOM;
  const fits = HOURS.findIndex((hour, at) => at >= USUAL_ZOOM && (usual / 3_600_000) * hour >= READABLE);
  return fits < 0 ? HOURS.length - 1 : fits;
}

const USUAL_ZOOM = 1;

/** What the shell shows while the plan comes: of the shape of days. */
export function PlanSkeleton({ days }: { readonly days: number }) {
  return (
    <div className="plan-waiting" aria-hidden>
      {Array.from({ length: days }, (_, day) => (
        <div key={day}>
          {[4, 7, 5, 8, 5.5, 6].map((height) => (
            <Skeleton key={height} width="100%" height={`${height}rem`} />
          ))}
        </div>
      ))}
    </div>
  );
}

function Bare({ id }: { readonly id: string }) {
  const w = useWords();
  return (
    <section className="station-bare">
      <p>{w.plan.emptyChannel}</p>
      <Link to="/channels/$id" params={{ id }} search={{ tab: "edit" }} className="button button-main">
        {w.plan.edit}
      </Link>
    </section>
  );
}

/** Nothing can be planned by its document. */
function Faulty({ station }: { readonly station: StationDetail }) {
  const w = useWords();
  return (
    <div className="station-body">
      <FaultList faults={station.faults} />
      <div>
        <Link to="/channels/$id" params={{ id: station.id }} search={{ tab: "edit" }} className="button button-main">
          {w.tabs.edit}
        </Link>
      </div>
    </div>
  );
}

/** Opening the reasons remembers from where; closing them gives the focus back. */
function useSheet(adjust: ReturnType<typeof usePlanAddress>["adjust"]) {
  const opener = useRef<HTMLElement | null>(null);
  const { address } = usePlanAddress();
  const shown = address.slot !== undefined;
  const open = useCallback(
    (key: string) => {
      opener.current = document.activeElement as HTMLElement | null;
      adjust({ slot: key });
    },
    [adjust],
  );
  const close = useCallback(() => adjust({ slot: undefined }), [adjust]);
  useEffect(() => {
    if (shown) return;
    const from = opener.current;
    opener.current = null;
    if (from?.isConnected) from.focus({ preventScroll: true });
    else if (from) document.querySelector<HTMLElement>('.plan-block[data-cursor="true"], .plan-line')?.focus();
  }, [shown]);
  useEffect(() => {
    if (!shown) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || (event.key !== "Escape" && event.key !== "GoBack")) return;
      event.preventDefault();
      close();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [shown, close]);
  return { open, close };
}

interface DaySelectProps {
  readonly first: number;
  readonly today: number;
  readonly now: number;
  readonly choose: (day: number) => void;
}

function DaySelect({ first, today, now, choose }: DaySelectProps) {
  const w = useWords();
  const t = useText();
  const locale = useLocale();
  const zone = useZone();
  const days = Array.from({ length: BACK + DAYS }, (_, at) => addDays(today, at - BACK, zone));
  return (
    <select className="select plan-day" aria-label={w.plan.day} value={first} onChange={({ target }) => choose(Number(target.value))}>
      {(days.includes(first) ? days : [first, ...days]).map((day) => (
        <option key={day} value={day}>
          {dayName(t, day, now, locale, zone)}
        </option>
      ))}
    </select>
  );
}

interface NotesProps {
  readonly notes: readonly NoteView[];
  readonly now: number;
  readonly folded?: boolean;
  /** They stand in something that has a heading of its own. */
  readonly inner?: boolean;
}

/** Notes of planning as sentences, in order of time. */
export function Notes({ notes, now, folded = false, inner = false }: NotesProps) {
  const w = useWords();
  const locale = useLocale();
  const zone = useZone();
  const [all, setAll] = useState(false);
  if (notes.length === 0) return folded ? null : <p className="plan-notes-none">{w.plan.noNotes}</p>;
  const shown = all ? notes : notes.slice(0, NOTES_SHOWN);
  const list = (
    <ul>
      {shown.map((note) => (
        <li key={`${note.at} ${note.kind} ${note.block} ${note.source} ${note.item ?? ""}`} data-kind={note.kind}>
          <time dateTime={note.at}>{moment(Date.parse(note.at), now, locale, zone)}</time>
          <span>{noteWords(w, note)}</span>
        </li>
      ))}
      {shown.length < notes.length && (
        <li>
          <Button look="quiet" onClick={() => setAll(true)}>
            {w.plan.moreNotes(notes.length - shown.length)}
          </Button>
        </li>
      )}
    </ul>
  );
  if (folded) {
    return (
      <details className="plan-notes">
        <summary>
          {w.plan.notes} <span>{notes.length}</span>
        </summary>
        {list}
      </details>
    );
  }
  return (
    <section className="plan-notes">
      {inner ? <h3>{w.plan.notes}</h3> : <h2>{w.plan.notes}</h2>}
      {list}
    </section>
  );
}

const two = (n: number) => String(n).padStart(2, "0");

/** Midnight of a day of the address, in the station's zone. */
export function readDay(day: string | undefined, zone: Zone): number | null {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day ?? "");
  if (!match) return null;
  const [year, month, date] = [Number(match[1]), Number(match[2]), Number(match[3])];
  return zone === null ? new Date(year, month - 1, date).getTime() : Date.UTC(year, month - 1, date) - zone * 60_000;
}

export function writeDay(midnight: number, zone: Zone): string {
  if (zone !== null) return new Date(midnight + zone * 60_000).toISOString().slice(0, 10);
  const date = new Date(midnight);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
