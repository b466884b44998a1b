/** What the station does now: who has which tuner, what comes in, who watches how, and how much room is left. */
import { useEffect } from "react";
import { useLocale, useText } from "../i18n";
import { handleSpatialKey } from "../shell/spatial";
import { Failure, Skeleton } from "../ui";
import { Coding, Disk, Transcoders } from "./Machine";
import { Receivers } from "./Receivers";
import { Sessions } from "./Sessions";
import { Tapes } from "./Tapes";
import { useStatus } from "./useStatus";
import { span, timeOf } from "./words";

export function StatusPage() {
  const t = useText();
  const locale = useLocale();
  const { data, error, refetch, stale } = useStatus();
  useEffect(() => {
    addEventListener("keydown", handleSpatialKey);
    return () => removeEventListener("keydown", handleSpatialKey);
  }, []);
  if (error && !data) return <Failure error={error} retry={() => void refetch()} wholePage />;
  return (
    <div className="status">
      <title>{`${t.status.title} · Telecast`}</title>
      <header className="status-head">
        <h1>{t.status.title}</h1>
        {data ? (
          <p className="lead">
            {t.status.summary(t.status.watching(data.sessions), t.status.tapesRunning(data.tapes.length), span(data.uptime_s, locale))}
          </p>
        ) : (
          <Skeleton width="20rem" />
        )}
        <p role="status" className="status-stale">
          {stale && data ? t.status.asOf(timeOf(data.at, locale)) : null}
        </p>
        {data && data.panics > 0 && <p className="status-bad">{t.status.panics(data.panics)}</p>}
      </header>
      {data ? (
        <>
          <Receivers receivers={data.receivers} />
          <Sessions sessions={data.viewers} total={data.sessions} receivers={data.receivers} />
          <Tapes tapes={data.tapes} receivers={data.receivers} />
          <div className="status-pair">
            <Transcoders transcoders={data.transcoders} />
            <Coding coding={data.coding} />
            <Disk disk={data.disk} />
          </div>
        </>
      ) : (
        <Waiting />
      )}
    </div>
  );
}

function Waiting() {
  const t = useText();
  return (
    <div aria-busy="true">
      {[t.status.receivers, t.status.sessions, t.status.tapes].map((name) => (
        <section key={name} className="status-part">
          <h2>{name}</h2>
          <Skeleton width="100%" height="5rem" />
        </section>
      ))}
    </div>
  );
}
