/** Under the picture: the channel, what is on and how far it has run, what comes next. */
import { useQuery } from "@tanstack/react-query";
import { nowNext } from "../api/queries";
import type { Channel, NowNext } from "../api/types";
import { useLocale, useText } from "../i18n";
import { age } from "../i18n/format";
import { Skeleton } from "../ui";
import { StarButton } from "../ui/Star";
import { Logo } from "./Logo";
import { Progress, Span, Time, useNow } from "./time";

/** A guide older than this is said to be old. */
export const STALE_AFTER_S = 12 * 3600;

export function useNowNext(channelId: string | null): { readonly guide: NowNext | null; readonly loading: boolean } {
  const { data, isPending } = useQuery(nowNext(channelId === null ? [] : [channelId]));
  const guide = data?.items.find((item) => item.channel_id === channelId) ?? null;
  return { guide, loading: isPending && channelId !== null };
}

export function NowPanel({ channel }: { readonly channel: Channel }) {
  const t = useText();
  const locale = useLocale();
  const now = useNow(5_000);
  const { guide, loading } = useNowNext(channel.id);
  const event = guide?.now ?? null;
  const next = guide?.next ?? null;
  return (
    <section className="now" aria-label={t.watch.now}>
      <Logo channel={channel} size="large" />
      <div className="now-main">
        <p className="now-channel">
          <span className="channel-number">{channel.number}</span> {channel.name}
          <StarButton channel={channel} />
        </p>
        <h1>{loading ? <Skeleton width="14em" /> : (event?.title ?? channel.name)}</h1>
        {event?.subtitle && <p className="now-subtitle">{event.subtitle}</p>}
        {event && (
          <div className="now-line">
            <Span event={event} />
            <Progress event={event} now={now} />
            <span className="now-left">{t.watch.minutesLeft(Math.max(0, Math.ceil((Date.parse(event.end) - now) / 60_000)))}</span>
          </div>
        )}
        {!loading && !event && <p className="now-subtitle">{t.watch.noGuide}</p>}
        {event?.description && <p className="now-description">{event.description}</p>}
        {guide && (guide.stale_s ?? 0) > STALE_AFTER_S && (
          <p className="now-stale">{t.watch.guideStale(age(guide.stale_s ?? 0, locale))}</p>
        )}
      </div>
      {next && (
        <div className="next">
          <p>
            {t.watch.next} <Time at={next.start} />
          </p>
          <p className="next-title">{next.title}</p>
        </div>
      )}
    </section>
  );
}
