/** Programmes in which some words occur, by day. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { useLocale, useText } from "../i18n";
import type { Lineup } from "../shell/station";
import { Button, Failure } from "../ui";
import { AiringItem } from "./AiringItem";
import type { Address, Change } from "./address";
import { byDay, searchDay } from "./calendar";
import { Waiting } from "./ChannelDay";
import { found } from "./queries";
import { SaveSearch } from "./SaveSearch";
import { fullDayName } from "./words";
import { useZone } from "./zone";

/** The station may answer with a short page and more to come; so many are wanted before somebody has to ask. */
const AT_LEAST = 20;
/** Pages that are asked for unasked, in a row. */
const UNASKED = 8;

interface FoundProps {
  readonly address: Address;
  readonly adjust: (change: Change) => void;
  readonly lineup: Lineup;
  readonly now: number;
  readonly openProgramme: (id: string) => void;
}

export function Found({ address, adjust, lineup, now, openProgramme }: FoundProps) {
  const t = useText();
  const locale = useLocale();
  const zone = useZone();
  const { q = "", channel, genre, day, new: isNew } = address;
  // The question's moment: what is over by then is left out, and further pages are of the same question.
  const [asked] = useState(() => Math.floor(now / 60_000) * 60_000);
  const span = useMemo(() => (day ? searchDay(day, asked, zone) : null), [day, asked, zone]);
  const wanted = useMemo(() => ({ q, channel, genre, new: isNew, to: span?.to }), [q, channel, genre, isNew, span]);
  const { data, error, refetch, isPending, isPlaceholderData, isFetching, isFetchingNextPage, hasNextPage, fetchNextPage } = useInfiniteQuery(found(wanted, Math.max(asked, span?.from ?? 0)));
  const pages = data?.pages ?? [];
  const items = pages.flatMap((page) => page.items);
  const days = byDay(items, zone);
  const short = hasNextPage && items.length < AT_LEAST && pages.length < UNASKED;
  useEffect(() => {
    if (short && !isFetching) void fetchNextPage();
  }, [short, isFetching, fetchNextPage]);
  if (error && !data) return <Failure error={error} retry={() => void refetch()} />;
  const searching = isPending || isPlaceholderData || (short && items.length === 0);
  const filtered = channel !== undefined || genre !== undefined || day !== undefined || isNew === true;
  return (
    <section className="guide-listing guide-found" aria-labelledby="guide-found-title">
      <header>
        <h2 id="guide-found-title">{!searching && items.length === 0 ? t.guide.found.none(q) : t.guide.found.title(q)}</h2>
        <SaveSearch address={address} byId={lineup.byId} />
        <p role="status" className="lead">
          {searching ? t.guide.found.searching : items.length > 0 ? t.guide.found.count(items.length, hasNextPage) : null}
        </p>
      </header>
      <div className="guide-list-frame" aria-busy={searching} data-old={isPlaceholderData || undefined}>
        {searching && items.length === 0 && <Waiting />}
        {!searching && items.length === 0 && (
          <div className="guide-advice">
            <p>{filtered ? t.guide.found.adviceFilters : t.guide.found.advice}</p>
            {filtered && <Button onClick={() => adjust({ channel: undefined, genre: undefined, day: undefined, new: undefined })}>{t.guide.found.withoutFilters}</Button>}
          </div>
        )}
        {days.map(({ day, items: list }) => (
          <section key={day} aria-label={fullDayName(t, day, now, locale, zone)}>
            <h3>{fullDayName(t, day, now, locale, zone)}</h3>
            <ul className="guide-day">
              {list.map((airing) => (
                <li key={airing.id}>
                  <AiringItem
                    airing={airing}
                    now={now}
                    channel={lineup.byId.get(airing.channel_id)}
                    full
                    selected={airing.id === address.programme}
                    open={openProgramme}
                  />
                </li>
              ))}
            </ul>
          </section>
        ))}
        {error && <Failure error={error} retry={() => void fetchNextPage()} />}
        {hasNextPage && items.length > 0 && !error && (
          <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {t.guide.found.more}
          </Button>
        )}
      </div>
    </section>
  );
}
