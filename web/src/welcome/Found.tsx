/** What the receiver has: how many channels, in which bouquets, with their logos. Then: watch. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import { live } from "../api/live";
import { queryClient, receivers } from "../api/queries";
import { useText } from "../i18n";
import { useLineup } from "../shell/station";
import { Failure, Skeleton } from "../ui";
import { Logo } from "../watch/Logo";
import { FindingsNote } from "./SourceForm";

const LOGOS_SHOWN = 24;
const LOOK_AGAIN_MS = 1_000;

export function Found() {
  const t = useText();
  const lineup = useLineup();
  const { data } = useQuery({ ...receivers, refetchInterval: LOOK_AGAIN_MS });
  const { channels, bouquets } = lineup;
  const waiting = channels.length === 0;
  const troubled = (data?.items ?? []).filter(({ state }) => state !== "ok" && state !== "loading");

  useEffect(() => {
    if (!waiting) return;
    const refresh = () => {
      void queryClient.invalidateQueries({ queryKey: ["channels"] });
      void queryClient.invalidateQueries({ queryKey: ["bouquets"] });
    };
    const timer = setInterval(refresh, LOOK_AGAIN_MS);
    const stop = live.subscribe("channels", refresh);
    return () => {
      clearInterval(timer);
      stop();
    };
  }, [waiting]);

  if (lineup.error) return <Failure error={lineup.error} retry={lineup.retry} />;
  return (
    <div className="found">
      <p role="status">
        {waiting
          ? t.welcome.found.waiting
          : t.welcome.found.summary(t.watch.count(channels.length), t.welcome.found.bouquets(bouquets.length))}
      </p>
      {troubled.map((receiver) => (
        <FindingsNote key={receiver.id} findings={receiver} />
      ))}
      <Link to="/" className="button button-main" aria-disabled={waiting || undefined}>
        {t.welcome.found.action}
      </Link>
      <ul className="found-logos" aria-label={t.watch.channels}>
        {waiting
          ? Array.from({ length: 12 }, (_, index) => (
              <li key={index}>
                <Skeleton width="100%" height="100%" />
              </li>
            ))
          : channels.slice(0, LOGOS_SHOWN).map((channel) => (
              <li key={channel.id} title={channel.name}>
                <Logo channel={channel} size="large" />
                <span className="found-name">{channel.name}</span>
              </li>
            ))}
      </ul>
      {channels.length > LOGOS_SHOWN && <p>{t.welcome.found.more(channels.length - LOGOS_SHOWN)}</p>}
    </div>
  );
}
