/** One channel of one's own: its plan, its making, a year of it, and what aired. The address says which. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArrowLeft, Play } from "lucide-react";
import { asProblem } from "../api/problem";
import type { StationDetail } from "../api/stations";
import { clockTime } from "../guide/calendar";
import { useZone } from "../guide/zone";
import { useLocale } from "../i18n";
import { Failure, Skeleton } from "../ui";
import { useNow } from "../watch/time";
import { TABS, usePlanAddress, type Tab } from "./address";
import { AirLog } from "./AirLog";
import { moment, troublesOf } from "./ChannelsPage";
import { Edit } from "./edit/Edit";
import { Programmers } from "./Forbidden";
import { StationState } from "./Marks";
import { Plan, PlanSkeleton } from "./Plan";
import { station, useStationNews } from "./queries";
import { Simulate } from "./Simulate";
import { useWords } from "./text";
import { titleWords } from "./words";

export function ChannelPage() {
  return (
    <Programmers>
      <Found />
    </Programmers>
  );
}

function Found() {
  const w = useWords();
  const { id, address } = usePlanAddress();
  useStationNews();
  const { data, error, refetch } = useQuery(station(id));
  if (error && !data) {
    if (asProblem(error).status !== 404) return <Failure error={error} retry={() => void refetch()} wholePage />;
    return (
      <section className="empty">
        <h1>{w.gone.title}</h1>
        <p>{w.gone.text}</p>
        <Link to="/channels" className="button button-plain">
          {w.gone.back}
        </Link>
      </section>
    );
  }
  const tab = address.tab ?? "plan";
  return (
    <div className="station" data-tab={tab}>
      <title>{`${data?.name ?? w.title} · Telecast`}</title>
      <Head station={data} tab={tab} />
      {data ? <Body station={data} tab={tab} /> : <PlanSkeleton days={3} />}
    </div>
  );
}

function Body({ station, tab }: { readonly station: StationDetail; readonly tab: Tab }) {
  switch (tab) {
    case "edit":
      return <Edit station={station} />;
    case "simulate":
      return <Simulate station={station} />;
    case "log":
      return <AirLog />;
    default:
      return <Plan station={station} />;
  }
}

function Head({ station, tab }: { readonly station: StationDetail | undefined; readonly tab: Tab }) {
  const w = useWords();
  const locale = useLocale();
  const zone = useZone();
  const now = useNow(20_000);
  const { id } = usePlanAddress();
  const troubles = station ? [...(station.faults.length > 0 ? [w.faulted(station.faults.length)] : []), ...troublesOf(w, station)] : [];
  const on = station?.now;
  return (
    <header className="station-head">
      <Link to="/channels" className="icon-button" aria-label={w.gone.back} title={w.gone.back}>
        <ArrowLeft aria-hidden />
      </Link>
      <div className="station-head-words">
        <h1>
          {typeof station?.number === "number" && <small>{station.number}</small>}
          {station?.name ?? <Skeleton width="12rem" />}
        </h1>
        {station ? (
          <p className="station-facts">
            <StationState state={station.state} />
            {on && (
              <span>
                {clockTime(Date.parse(on.start), locale, zone)} {titleWords(w, on)}
              </span>
            )}
            <span>{station.firm_until ? w.firmUntil(moment(Date.parse(station.firm_until), now, locale, zone)) : w.notFirm}</span>
            {station.notes.length > 0 && <span>{w.noted(station.notes.length)}</span>}
            {troubles.map((trouble) => (
              <span key={trouble} className="station-trouble">
                {trouble}
              </span>
            ))}
          </p>
        ) : (
          <Skeleton width="20rem" />
        )}
      </div>
      <nav className="tabs" aria-label={w.tabs.label}>
        {TABS.map((name) => (
          <Link key={name} to="/channels/$id" params={{ id }} search={{ tab: name }} className="tab" aria-current={name === tab ? "page" : undefined}>
            {w.tabs[name]}
          </Link>
        ))}
      </nav>
      {station && (
        <Link to="/watch/$channel" params={{ channel: station.channel_id }} className="icon-button station-watch" aria-label={w.watchName(station.name)} title={w.watch}>
          <Play aria-hidden />
        </Link>
      )}
    </header>
  );
}
