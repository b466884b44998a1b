/** What is read out to those who do not see it: an answer sentence by sentence, what others say, what is to be confirmed. Only what comes while they are here. */
import { useEffect, useRef, useState } from "react";
import { nameOf } from "./context";
import type { Log } from "./log";
import { wordsOf } from "./markdown";
import { toTell } from "./sentences";
import { useWords, type Words } from "./text";

/** Sentences that stand there at once: a screen reader has read what came before. */
const KEPT = 4;

interface Telling {
  /** The last event that was looked at. */
  last: number;
  epoch: string | null;
  /** How far the running answer was told. */
  job: number;
  told: number;
}

/** What is new since; notes in `telling` that it was told. */
export function news(log: Log, telling: Telling, me: string, w: Words): string[] {
  if (telling.epoch !== log.epoch) Object.assign(telling, { epoch: log.epoch, last: log.last, job: log.running?.job ?? 0, told: runningText(log).length });
  const said: string[] = [];
  for (const item of log.items) {
    if (item.kind === "message" && item.offset > telling.last && !item.deleted && !(item.author.kind === "person" && item.author.name === me)) {
      said.push(w.spoken.from(nameOf(w, item.author, me), wordsOf(item.text)));
    }
    if (item.kind !== "answer") continue;
    const isNew = item.offset > telling.last;
    if (item.job > telling.job && (isNew || item.job === log.running?.job)) Object.assign(telling, { job: item.job, told: 0 });
    if (item.job !== telling.job) continue;
    const over = item.state !== "asking" && item.state !== "writing";
    const step = toTell(item.text, telling.told, over);
    telling.told = step.told;
    if (step.piece !== "") said.push(wordsOf(step.piece));
    if (item.id > telling.last && (item.state === "cut" || item.state === "cancelled" || item.state === "failed")) said.push(w.answer[item.state]);
  }
  for (const event of log.events.slice(Math.max(0, telling.last - log.from))) {
    if (event.body.kind === "proposed") said.push(w.spoken.proposal(event.body.shows.join(". ")));
  }
  telling.last = log.last;
  return said;
}

function runningText({ items, running }: Log): string {
  const item = running && items.findLast((one) => one.kind === "answer" && one.job === running.job);
  return item?.kind === "answer" ? item.text : "";
}

export function Speaker({ log, loading, me }: { readonly log: Log; readonly loading: boolean; readonly me: string }) {
  const w = useWords();
  const telling = useRef<Telling | null>(null);
  const [lines, setLines] = useState<readonly { readonly id: number; readonly text: string }[]>([]);
  const number = useRef(0);
  useEffect(() => {
    if (loading) return;
    // What was there before is history: it is read, not called out.
    telling.current ??= { last: log.last, epoch: log.epoch, job: log.fence, told: runningText(log).length };
    const said = news(log, telling.current, me, w);
    if (said.length === 0) return;
    setLines((before) =>
      [
        ...before,
        ...said.map((text) => {
          number.current += 1;
          return { id: number.current, text };
        }),
      ].slice(-KEPT),
    );
  }, [log, loading, me, w]);
  return (
    <div className="visually-hidden" aria-live="polite" aria-relevant="additions">
      {lines.map(({ id, text }) => (
        <p key={id}>{text}</p>
      ))}
    </div>
  );
}
