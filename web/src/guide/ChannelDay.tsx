/** One channel's programmes of one day, from midnight to midnight. */
import { useQueries, type UseQueryResult } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArrowLeft, ChevronLeft, ChevronRight, Play } from "lucide-react";
import { useEffect, useMemo, useRef } from "react";
import type { Channel } from "../api/types";
import { useLocale, useText } from "../i18n";
import { age } from "../i18n/format";
import { Button, IconButton, Skeleton } from "../ui";
import { StarButton } from "../ui/Star";
import { Logo } from "../watch/Logo";
import { STALE_AFTER_S } from "../watch/NowPanel";
import { changed } from "./address";
import { AiringItem } from "./AiringItem";
import type { Airing } from "./api";
import { addDays, atMinute, dayStart, minuteOfDay, reach } from "./calendar";
import { windowsOf } from "./chunks";
import { Failed } from "./Notes";
import { guideWindow, type GuideWindow } from "./queries";
import { dayName, fullDayName, phaseOf } from "./words";
import { useZone } from "./zone";

interface ChannelDayProps {
  readonly channel: Channel;
  /** A moment of the day; null: today. */
  readonly at: number | null;
  readonly now: number;
  readonly open: string | null;
  readonly openProgramme: (id: string) => void;
  readonly watch: (channel: Channel) => void;
  readonly jump: (at: number) => void;
}

export function ChannelDay({ channel, at, now, open, openProgramme, watch, jump }: ChannelDayProps) {
  const t = useText();
  const locale = useLocale();
  const zone = useZone();
  const day = dayStart(at ?? now, zone);
  const end = addDays(day, 1, zone);
  const { airings, staleS, pending, error, retry } = useDay(channel.id, day, end);
  const current = useRef<HTMLLIElement>(null);
  const come = !pending && airings.length > 0;
  useEffect(() => {
    if (come) current.current?.scrollIntoView({ block: "center" });
  }, [come]);
  const bounds = reach(now, zone);
  const step = (days: number) => jump(atMinute(addDays(day, days, zone), minuteOfDay(at ?? now, zone), zone));
  const name = fullDayName(t, day, now, locale, zone);
  return (
    <section className="guide-listing" aria-label={`${channel.name}, ${name}`}>
      <header className="guide-day-head">
        <Link to="/guide" search={(before) => changed(before, { view: "list", channel: undefined })} preload={false} className="icon-button" aria-label={t.guide.list.all} title={t.guide.list.all}>
          <ArrowLeft aria-hidden />
        </Link>
        <Logo channel={channel} />
        <div>
          <h2>{channel.name}</h2>
          <p>{dayName(t, day, now, locale, zone)}</p>
        </div>
        <StarButton channel={channel} />
        <IconButton label={t.guide.list.previousDay} disabled={day <= bounds.from} onClick={() => step(-1)}>
          <ChevronLeft aria-hidden />
        </IconButton>
        <IconButton label={t.guide.list.nextDay} disabled={end >= bounds.to} onClick={() => step(1)}>
          <ChevronRight aria-hidden />
        </IconButton>
        <Button onClick={() => watch(channel)} aria-label={t.guide.watchChannel(channel.name)}>
          <Play size={18} aria-hidden />
          <span>{t.guide.watch}</span>
        </Button>
      </header>
      {error && <Failed error={error} retry={retry} />}
      {staleS > STALE_AFTER_S && <p className="guide-note">{t.watch.guideStale(age(staleS, locale))}</p>}
      <div className="guide-list-frame">
        {pending && <Waiting />}
        {!pending && !error && airings.length === 0 && <p className="list-empty">{t.guide.list.nothing}</p>}
        <ul className="guide-day" aria-label={t.guide.list.dayOf(name)}>
          {airings.map((airing) => (
            <li key={airing.id} ref={phaseOf(airing, now) === "now" ? current : undefined}>
              <AiringItem airing={airing} now={now} full selected={airing.id === open} open={openProgramme} />
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}

function useDay(channelId: string, from: number, to: number) {
  const [first, last] = windowsOf(from, to);
  const ids = useMemo(() => [channelId], [channelId]);
  const { airings, ...rest } = useQueries({
    queries: Array.from({ length: last - first + 1 }, (_, at) => guideWindow(ids, first + at)),
    combine,
  });
  return { ...rest, airings: airings.filter(({ start, end }) => Date.parse(end) > from && Date.parse(start) < to) };
}

function combine(results: readonly UseQueryResult<GuideWindow>[]) {
  const rows = results.flatMap(({ data }) => (data ? Object.values(data.rows) : []));
  // What reaches over the edge of a window is in both.
  const airings = new Map<string, Airing>(rows.flatMap((row) => row.airings).map((airing) => [airing.id, airing]));
  const failed = results.filter(({ error }) => error !== null);
  return {
    airings: [...airings.values()],
    staleS: Math.max(0, ...rows.map((row) => row.staleS)),
    pending: results.some(({ isPending }) => isPending),
    error: failed[0]?.error ?? null,
    retry: () => failed.forEach((result) => void result.refetch()),
  };
}

export function Waiting() {
  const t = useText();
  return (
    <div className="guide-day" role="status" aria-busy="true" aria-label={t.common.loading}>
      {["52%", "38%", "64%", "46%", "58%", "41%"].map((width) => (
        <div key={width} className="airing">
          <Skeleton width="3em" />
          <span className="airing-words">
            <Skeleton width={width} />
            <Skeleton width="75%" height="0.8em" />
          </span>
        </div>
      ))}
    </div>
  );
}
