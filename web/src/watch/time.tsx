/** Times of programmes, and the line that shows how far one has run. */
import { useEffect, useState } from "react";
import type { GuideEvent } from "../api/types";
import { useLocale, useText } from "../i18n";
import { progress, stationTime, viewerTime } from "../i18n/format";

/** The present, renewed every so many ms. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

type Times = Pick<GuideEvent, "start" | "end">;

export function Time({ at }: { readonly at: string }) {
  const locale = useLocale();
  const t = useText();
  const own = viewerTime(at, locale);
  return (
    <time dateTime={at} title={own ? t.watch.localTime(own) : undefined}>
      {stationTime(at, locale)}
    </time>
  );
}

/** Start and end; where the viewer's clock differs from the station's, the viewer's time stands beside it. */
export function Span({ event }: { readonly event: Times }) {
  const locale = useLocale();
  const t = useText();
  const own = viewerTime(event.start, locale);
  return (
    <span className="span">
      <Time at={event.start} />–<Time at={event.end} />
      {own && <small> ({t.watch.localTime(own)})</small>}
    </span>
  );
}

export function Progress({ event, now }: { readonly event: Times; readonly now: number }) {
  return (
    <span className="progress" aria-hidden>
      <span style={{ transform: `scaleX(${progress(event.start, event.end, now)})` }} />
    </span>
  );
}
