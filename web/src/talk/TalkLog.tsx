/** What was said, oldest first. It stays at its end as long as one is there, and nowhere else. */
import { ArrowDown } from "lucide-react";
import { Fragment, useEffect, useLayoutEffect, useMemo, useRef, useState, type RefObject } from "react";
import { useLocale, useText } from "../i18n";
import { Button, Failure, Skeleton } from "../ui";
import { isMine, useTalk } from "./context";
import type { Pending, Shown } from "./line";
import { lastAnswer, type Answer, type Item, type Log, type Message as Said, type Proposal } from "./log";
import { AnswerMessage, Message, PendingMessage, RemarkLine } from "./Message";
import { useWords } from "./text";

/** So near to the end one is at the end, px. */
const NEAR = 48;

export function TalkLog({ shown }: { readonly shown: Shown }) {
  const w = useWords();
  const { log, outbox, loading } = shown;
  const scroller = useRef<HTMLDivElement>(null);
  const { away, unseen, toEnd, onScroll } = useEnd(shown, scroller);
  return (
    <div className="talk-log-frame">
      <div
        ref={scroller}
        className="talk-log"
        role="log"
        aria-live="off"
        aria-label={w.log}
        aria-busy={loading || undefined}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it is scrolled by keys
        tabIndex={0}
        onScroll={onScroll}
      >
        <Earlier shown={shown} />
        {loading ? <LogSkeleton /> : <Items log={log} outbox={outbox} />}
      </div>
      {away && (
        <button type="button" className="talk-latest" onClick={toEnd}>
          <ArrowDown size={16} aria-hidden />
          {unseen > 0 ? w.newMessages(unseen) : w.latest}
        </button>
      )}
    </div>
  );
}

/** Keeps what is seen where it is: at the end, or wherever one has scrolled to. */
function useEnd(shown: Shown, scroller: RefObject<HTMLDivElement | null>) {
  const { log } = shown;
  const atEnd = useRef(true);
  /** The last event that was there when the end went out of sight; null: it is in sight. */
  const [leftAt, setLeftAt] = useState<number | null>(null);
  const before = useRef({ from: 0, height: 0, own: 0 });
  const toEnd = () => {
    atEnd.current = true;
    scrollToEnd(scroller.current);
    setLeftAt(null);
  };
  const onScroll = () => {
    const { current } = scroller;
    if (!current) return;
    atEnd.current = current.scrollHeight - current.scrollTop - current.clientHeight < NEAR;
    setLeftAt(atEnd.current ? null : (leftAt ?? log.last));
  };
  useLayoutEffect(() => {
    const { current } = scroller;
    if (!current) return;
    const { log, outbox } = shown;
    // Whoever says something wants to see it.
    if (outbox.length > before.current.own) atEnd.current = true;
    if (atEnd.current) scrollToEnd(current);
    else if (log.from < before.current.from) current.scrollBy({ top: current.scrollHeight - before.current.height });
    before.current = { from: log.from, height: current.scrollHeight, own: outbox.length };
  }, [shown, scroller]);
  // The frame changes when the field below grows, or a keyboard comes.
  useEffect(() => {
    const { current } = scroller;
    if (!current || !("ResizeObserver" in globalThis)) return;
    const observer = new ResizeObserver(() => {
      if (atEnd.current) scrollToEnd(current);
    });
    observer.observe(current);
    return () => observer.disconnect();
  }, [scroller]);
  const unseen = leftAt === null ? 0 : log.items.filter((item) => (item.kind === "message" || item.kind === "answer") && item.offset > leftAt).length;
  return { away: leftAt !== null, unseen, toEnd, onScroll };
}

function scrollToEnd(element: HTMLElement | null): void {
  element?.scrollTo({ top: element.scrollHeight });
}

function Earlier({ shown: { log, fetching, fetchError, loading } }: { readonly shown: Shown }) {
  const w = useWords();
  const { line } = useTalk();
  if (log.from === 0 || loading) return null;
  if (fetchError) return <Failure error={fetchError} retry={() => void line.earlier()} />;
  return (
    <div className="talk-earlier-events">
      <Button busy={fetching} onClick={() => void line.earlier()}>
        {w.earlier}
      </Button>
    </div>
  );
}

function Items({ log, outbox }: { readonly log: Log; readonly outbox: readonly Pending[] }) {
  const w = useWords();
  const { me } = useTalk();
  const byId = useMemo(() => new Map(log.items.flatMap((item): [number, Said | Answer][] => (item.kind === "message" || item.kind === "answer" ? [[item.id, item]] : []))), [log.items]);
  const last = lastAnswer(log);
  const seen = useMemo(() => seenBy(log, me), [log, me]);
  const changes = new Map(outbox.flatMap((pending): [number, Pending][] => (pending.command.kind === "resend" ? [[pending.command.message, pending]] : [])));
  const told = outbox.filter(({ command }) => command.kind === "say" || !byId.has(command.message));
  const row = (item: Item) => {
    switch (item.kind) {
      case "message":
        return <Message message={item} quoted={item.replyTo === null ? null : (byId.get(item.replyTo) ?? null)} seenBy={seen.get(item.id) ?? ""} changing={changes.get(item.id) ?? null} />;
      case "answer":
        return <AnswerMessage answer={item} calls={callsOf(log, item)} last={item === last && log.mode === "assistant"} />;
      default:
        return <RemarkLine remark={item} />;
    }
  };
  if (log.items.length === 0 && told.length === 0) return <p className="talk-nothing">{w.list.none}</p>;
  return (
    <>
      {log.items.map((item, index) => (
        <Fragment key={item.kind === "message" ? item.clientId : `${item.kind}${item.kind === "answer" ? item.job : item.offset}`}>
          <Day at={item.at} before={log.items[index - 1]?.at ?? ""} />
          {row(item)}
        </Fragment>
      ))}
      {told.map((pending) => (
        <PendingMessage
          key={pending.command.client_id}
          pending={pending}
          quoted={pending.command.kind === "say" ? (byId.get(pending.command.reply_to ?? 0) ?? null) : null}
        />
      ))}
    </>
  );
}

function callsOf({ calls }: Log, answer: Answer): readonly Proposal[] {
  return answer.calls.map((call) => calls.get(call)).filter((call) => call !== undefined);
}

/** The newest message of one's own that each of the others has seen. */
function seenBy({ items, read }: Log, me: string): ReadonlyMap<number, string> {
  const seen = new Map<number, string>();
  for (const { name, upto } of read.values()) {
    const message = name === me ? undefined : items.findLast((item) => item.kind === "message" && item.id <= upto && isMine(item.author, me));
    if (message?.kind === "message") seen.set(message.id, [seen.get(message.id), name].filter(Boolean).join(", "));
  }
  return seen;
}

function Day({ at, before }: { readonly at: string; readonly before: string }) {
  const locale = useLocale();
  const t = useWords();
  if (at === "") return null;
  const day = new Date(at);
  if (before !== "" && new Date(before).toDateString() === day.toDateString()) return null;
  const now = new Date();
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  const words =
    day.toDateString() === now.toDateString()
      ? t.list.today
      : day.toDateString() === yesterday.toDateString()
        ? t.list.yesterday
        : day.toLocaleDateString(locale, { weekday: "long", day: "numeric", month: "long", ...(day.getFullYear() === now.getFullYear() ? {} : { year: "numeric" }) });
  return <h3 className="talk-day">{words}</h3>;
}

export function LogSkeleton() {
  const t = useText();
  return (
    <div className="talk-skeleton" role="status" aria-label={t.common.loading}>
      <span data-mine>
        <Skeleton width="12rem" height="2.5rem" />
      </span>
      <Skeleton width="90%" />
      <Skeleton width="75%" />
      <Skeleton width="40%" />
      <span data-mine>
        <Skeleton width="8rem" height="2.5rem" />
      </span>
      <Skeleton width="80%" />
      <Skeleton width="55%" />
    </div>
  );
}
