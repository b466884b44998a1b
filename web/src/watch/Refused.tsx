/** A refusal is shown as what it is: the reason, who holds what and until when, and what can be done instead. */
import { useEffect, useState, type FormEvent } from "react";
import type { Channel, Holder, Refusal } from "../api/types";
import { useText } from "../i18n";
import type { Catalogue } from "../i18n/catalogue";
import { player, usePlayer } from "../playback";
import { useAccount, type Lineup } from "../shell/station";
import { Button, Field, RequestId } from "../ui";
import { retryDelay } from "./retry";
import { Time } from "./time";

interface RefusedProps {
  readonly lineup: Lineup;
  readonly tune: (channel: Channel) => void;
  readonly chooseOther: () => void;
  /** What that is called; a channel, if nothing else is said. */
  readonly other?: string;
}

type ReasonCode = keyof Catalogue["refusal"]["reasons"];

/** Our words for a reason we know, in the page's language; the station's own for one we do not. */
export function reasonText(t: Catalogue, code: string, message: string | null): { title: string; advice: string | null } {
  if (code === "wrong_pin") return { title: t.refusal.wrongPin[0] ?? "", advice: t.refusal.wrongPin[1] ?? null };
  const known = Object.hasOwn(t.refusal.reasons, code) ? t.refusal.reasons[code as ReasonCode] : undefined;
  if (known) return { title: known[0] ?? "", advice: known[1] ?? null };
  return { title: message || t.refusal.title, advice: null };
}

export function Refused({ lineup, tune, chooseOther, other }: RefusedProps) {
  const t = useText();
  const phase = usePlayer((state) => state.phase);
  const refusal = usePlayer((state) => state.refusal);
  const problem = usePlayer((state) => state.problem);
  const retries = usePlayer((state) => state.retries);
  const account = useAccount();
  if (phase !== "refused" && phase !== "broken") return null;

  const silent = problem?.status === 0 && phase === "refused";
  const broken = { title: t.refusal.playback[0] ?? "", advice: t.refusal.playback[1] ?? null };
  const { title, advice } = refusal
    ? reasonText(t, refusal.code, refusal.message)
    : silent
      ? { title: t.failure.unreachable, advice: t.failure.unreachableText }
      : phase === "broken"
        ? broken
        : reasonText(t, problem?.reason ?? problem?.code ?? "", problem?.detail ?? problem?.title ?? null);
  const code = refusal?.code ?? problem?.reason ?? null;
  const asksForPin = account?.has_pin === true && (code === "age_limit" || code === "wrong_pin");
  const said = refusal?.retry_after_s ?? problem?.retryAfterS ?? null;
  const delay = retryDelay(refusal?.code ?? problem?.code ?? null, said, retries);

  return (
    <div className="refused" role="alert">
      <h2>{title}</h2>
      {advice && <p>{advice}</p>}
      {refusal?.detail && <p className="refused-detail">{refusal.detail}</p>}
      {refusal && refusal.holders.length > 0 && <Holders refusal={refusal} lineup={lineup} tune={tune} />}
      {asksForPin && <PinForm />}
      <div className="actions">
        <Button look={asksForPin ? "plain" : "main"} onClick={() => player.restart()} autoFocus={!asksForPin}>
          {t.common.tryAgain}
        </Button>
        <Button onClick={chooseOther}>{other ?? t.refusal.otherChannel}</Button>
      </div>
      {delay !== null && <Countdown key={String(refusal?.code)} seconds={delay} />}
      {delay === null && retries > 0 && <p className="countdown">{t.refusal.givenUp}</p>}
      <RequestId id={problem?.requestId ?? null} />
    </div>
  );
}

/** Four to eight digits of whoever looks after the child. */
function PinForm() {
  const t = useText();
  const [pin, setPin] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    player.unlock(pin);
  };
  return (
    <form className="pin" onSubmit={submit}>
      <Field
        label={t.refusal.pin}
        type="password"
        inputMode="numeric"
        autoComplete="off"
        pattern="[0-9]{4,8}"
        maxLength={8}
        required
        autoFocus
        value={pin}
        onChange={(event) => setPin(event.target.value.replace(/\D/g, ""))}
      />
      <Button look="main" type="submit">
        {t.refusal.open}
      </Button>
    </form>
  );
}

function Holders({ refusal, lineup, tune }: { readonly refusal: Refusal } & Pick<RefusedProps, "lineup" | "tune">) {
  const t = useText();
  return (
    <div className="holders">
      <h3>{t.refusal.holdersTitle}</h3>
      <ul>
        {refusal.holders.map((holder) => {
          const channel = channelOf(holder, lineup);
          return (
            <li key={`${holder.channel} ${holder.what}`}>
              <span>
                <b>{channel?.name ?? holder.channel}</b> {t.refusal.heldBy(holder.what)}, {t.refusal.until}{" "}
                <Time at={holder.until} /> {t.refusal.orLonger}
              </span>
              {channel && (
                <Button look="quiet" onClick={() => tune(channel)}>
                  {t.refusal.watchInstead(channel.name)}
                </Button>
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

/** A holder is named by id or by name, depending on who holds. */
function channelOf(holder: Holder, lineup: Lineup): Channel | undefined {
  return lineup.byId.get(holder.channel) ?? lineup.channels.find(({ name }) => name === holder.channel);
}

/** Tries again by itself when that makes sense. */
function Countdown({ seconds }: { readonly seconds: number }) {
  const t = useText();
  const [left, setLeft] = useState(seconds);
  useEffect(() => {
    if (left <= 0) {
      player.retry();
      return;
    }
    const timer = setTimeout(() => setLeft(left - 1), 1000);
    return () => clearTimeout(timer);
  }, [left]);
  return (
    <p className="countdown" role="timer">
      {t.refusal.retryIn(left)}
    </p>
  );
}
