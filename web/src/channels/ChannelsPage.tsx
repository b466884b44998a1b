/** All channels of one's own: what is on and next, how far each is prepared, and what is wrong. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Plus, TriangleAlert } from "lucide-react";
import type { SlotView, StationView } from "../api/stations";
import { dayStart, clockTime, daysAway, shortDay, type Zone } from "../guide/calendar";
import { useZone } from "../guide/zone";
import { useLocale } from "../i18n";
import { Failure, Skeleton } from "../ui";
import { useNow } from "../watch/time";
import { Programmers } from "./Forbidden";
import { StationState } from "./Marks";
import { libraryItems, stationList, useStationNews } from "./queries";
import { useWords, type Words } from "./text";
import { titleWords } from "./words";

export function ChannelsPage() {
  return (
    <Programmers>
      <Listed />
    </Programmers>
  );
}

function Listed() {
  const w = useWords();
  useStationNews();
  const { data, error, refetch } = useQuery(stationList);
  if (error && !data) return <Failure error={error} retry={() => void refetch()} wholePage />;
  if (data?.items.length === 0) return <Nothing />;
  return (
    <div className="stations">
      <title>{`${w.title} · Telecast`}</title>
      <header className="stations-head">
        <div>
          <h1>{w.title}</h1>
          <p className="lead">{w.text}</p>
        </div>
        <Link to="/channels/new" className="button button-main">
          <Plus size={18} aria-hidden />
          {w.create}
        </Link>
      </header>
      <ul className="stations-list" aria-busy={!data}>
        {data ? data.items.map((station) => <Row key={station.id} station={station} />) : [1, 2, 3].map((n) => <Waiting key={n} />)}
      </ul>
    </div>
  );
}

/** No channel yet: how to begin, and where if there is nothing to play. */
function Nothing() {
  const w = useWords();
  const { data } = useQuery(libraryItems(""));
  const bare = data?.items.length === 0;
  return (
    <section className="empty">
      <title>{`${w.title} · Telecast`}</title>
      <h1>{w.empty.title}</h1>
      <p>{w.empty.text}</p>
      {bare && <p>{w.empty.noLibrary}</p>}
      <div className="actions">
        {bare && (
          <Link to="/library" search={{ part: "folders" }} className="button button-main">
            {w.empty.library}
          </Link>
        )}
        <Link to="/channels/new" className={`button ${bare ? "button-plain" : "button-main"}`}>
          {w.create}
        </Link>
      </div>
    </section>
  );
}

function Row({ station }: { readonly station: StationView }) {
  const w = useWords();
  const locale = useLocale();
  const zone = useZone();
  const now = useNow(20_000);
  const troubles = troublesOf(w, station);
  return (
    <li className="station-row">
      <p className="station-number">{station.number ?? ""}</p>
      <div className="station-words">
        <h2>
          <Link to="/channels/$id" params={{ id: station.id }}>
            {station.name}
          </Link>
        </h2>
        <p className="station-facts">
          <StationState state={station.state} />
          <span>{station.firm_until ? w.firmUntil(moment(Date.parse(station.firm_until), now, locale, zone)) : w.notFirm}</span>
          {station.planned_until && <span>{w.plannedUntil(moment(Date.parse(station.planned_until), now, locale, zone))}</span>}
          <Preparing station={station} />
          {station.notes.length > 0 && <span>{w.noted(station.notes.length)}</span>}
        </p>
        {troubles.length > 0 && (
          <p className="station-trouble">
            <TriangleAlert size={16} aria-hidden />
            {troubles.join(" · ")}
          </p>
        )}
      </div>
      <dl className="station-airing">
        <Airing label={w.now} slot={station.now} nothing={w.nothingNow} now={now} />
        <Airing label={w.next} slot={station.next} nothing="–" now={null} />
      </dl>
    </li>
  );
}

function Preparing({ station }: { readonly station: StationView }) {
  const w = useWords();
  const { running, waiting, failed } = station.preparation;
  if (running + waiting > 0) return <span>{w.preparing(running, waiting)}</span>;
  return station.state === "on_air" && failed === 0 ? <span>{w.allReady}</span> : null;
}

/** What a programmer should look at. */
export function troublesOf(w: Words, station: StationView): readonly string[] {
  const { failed, minutes_until_unready: minutes } = station.preparation;
  return [
    ...(failed > 0 ? [w.failedItems(failed)] : []),
    ...(typeof minutes === "number" && minutes < SOON_MIN && station.state === "on_air" ? [w.unreadyIn(Math.round(minutes))] : []),
  ];
}

/** What is not ready and airs later than this has time. */
const SOON_MIN = 30;

function Airing({ label, slot, nothing, now }: { readonly label: string; readonly slot: SlotView | null | undefined; readonly nothing: string; readonly now: number | null }) {
  const w = useWords();
  const locale = useLocale();
  const zone = useZone();
  const [start, end] = slot ? [Date.parse(slot.start), Date.parse(slot.end)] : [0, 1];
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        {slot ? (
          <>
            <time dateTime={slot.start}>{clockTime(start, locale, zone)}</time>
            <span className="station-airing-title">{titleWords(w, slot)}</span>
            {slot.subtitle && <span className="station-airing-sub">{slot.subtitle}</span>}
            {now !== null && (
              <span className="progress" aria-hidden>
                <span style={{ transform: `scaleX(${Math.min(1, Math.max(0, (now - start) / (end - start)))})` }} />
              </span>
            )}
          </>
        ) : (
          nothing
        )}
      </dd>
    </div>
  );
}

function Waiting() {
  return (
    <li className="station-row">
      <p className="station-number">
        <Skeleton width="1.5rem" />
      </p>
      <div className="station-words">
        <Skeleton width="12rem" height="1.5rem" />
        <Skeleton width="18rem" />
      </div>
      <div className="station-airing">
        <Skeleton width="100%" />
        <Skeleton width="100%" />
      </div>
    </li>
  );
}

/** `20:15` today, `Tue 1 Dec 20:15` on another day. */
export function moment(ms: number, now: number, locale: string, zone: Zone): string {
  const time = clockTime(ms, locale, zone);
  return daysAway(ms, now, zone) === 0 ? time : `${shortDay(dayStart(ms, zone), locale, zone)} ${time}`;
}
