/** Each receiver as a row of its tuners: what each gives, who holds it, and which are free. */
import { Link } from "@tanstack/react-router";
import type { ReceiverStatus } from "../api/types";
import { useLocale, useText } from "../i18n";
import { count } from "./figures";
import { timeOf } from "./words";

type Tuner = ReceiverStatus["in_use"][number];

export function Receivers({ receivers }: { readonly receivers: readonly ReceiverStatus[] }) {
  const t = useText();
  return (
    <section className="status-part">
      <h2>{t.status.receivers}</h2>
      {receivers.length === 0 && (
        <p className="lead">
          {t.status.noReceivers} <Link to="/welcome" search={{ step: "source" }}>{t.status.addReceiver}</Link>
        </p>
      )}
      {receivers.map((receiver) => (
        <Receiver key={receiver.id} receiver={receiver} />
      ))}
    </section>
  );
}

function Receiver({ receiver }: { readonly receiver: ReceiverStatus }) {
  const t = useText();
  const locale = useLocale();
  const fine = receiver.state === "ok" || receiver.state === "loading";
  const all = receiver.tuners ?? null;
  const free = Math.max(0, (all ?? 0) - receiver.in_use.length);
  const breaker = (t.status.breaker as Readonly<Record<string, string>>)[receiver.breaker] ?? receiver.breaker;
  const facts = [
    receiver.model,
    all === null ? null : t.status.tunersUsed(receiver.in_use.length, count(all, locale)),
    receiver.latency_ms === null || receiver.latency_ms === undefined ? null : t.status.answersIn(count(receiver.latency_ms, locale)),
    receiver.failed_calls > 0 ? t.status.failedCalls(receiver.failed_calls) : null,
    receiver.breaker === "closed" ? null : breaker,
  ].filter((fact) => fact !== null && fact !== undefined && fact !== "");
  return (
    <article className="status-receiver" data-state={receiver.state} aria-label={receiver.name}>
      <header>
        <h3>{receiver.name}</h3>
        <p>
          <span className="dot" aria-hidden /> {t.receiver.state[receiver.state]}
          {facts.length > 0 && <span className="soft"> · {facts.join(" · ")}</span>}
        </p>
        {!fine && <p className="soft">{t.receiver.advice[receiver.state]}</p>}
        {receiver.left_alone.map((refused) => (
          <p key={refused.channel_id} className="soft">
            {t.status.leftAlone(refused.channel, timeOf(refused.until, locale))}
          </p>
        ))}
      </header>
      <ul className="tuners">
        {receiver.in_use.map((tuner, at) => (
          <TunerInUse key={tuner.streams.map((stream) => stream.channel_id).join(" ")} tuner={tuner} number={at + 1} />
        ))}
        {Array.from({ length: free }, (_, at) => (
          <li key={`free ${at}`} className="tuner" data-free>
            <p className="tuner-number">{t.status.tuner(receiver.in_use.length + at + 1)}</p>
            <p>{t.status.free}</p>
          </li>
        ))}
      </ul>
    </article>
  );
}

function TunerInUse({ tuner, number }: { readonly tuner: Tuner; readonly number: number }) {
  const t = useText();
  const locale = useLocale();
  return (
    <li className="tuner">
      <p className="tuner-number">{t.status.tuner(number)}</p>
      {tuner.streams.map((stream) => (
        <div key={stream.channel_id} className="tuner-stream">
          <p className="tuner-channel">{stream.channel}</p>
          {stream.holders.map((holder, at) => (
            // Two devices of one person are two holders of one name.
            // oxlint-disable-next-line react/no-array-index-key
            <p key={`${holder.what} ${at}`} className="soft">
              {t.status.heldBy(holder.what, timeOf(holder.until, locale))}
            </p>
          ))}
          {stream.holders.length === 0 && stream.kept_ready && <p className="soft">{t.status.keptReady}</p>}
          {stream.holders.length === 0 && stream.idle_until && (
            <p className="soft">{t.status.keptUntil(timeOf(stream.idle_until, locale))}</p>
          )}
        </div>
      ))}
    </li>
  );
}
