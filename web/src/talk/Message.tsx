/** One message: of this person, of another, or on its way; and one answer of the assistant with what it would do. */
import { Link } from "@tanstack/react-router";
import { CircleAlert, Clock, Reply, RotateCcw, TvMinimal } from "lucide-react";
import { memo, type ReactNode } from "react";
import { useLocale, useText } from "../i18n";
import { stationTime } from "../i18n/format";
import { isOwn, secondsOf } from "../play/address";
import { useLineup } from "../shell/station";
import { Button, RequestId } from "../ui";
import { isMine, nameOf, useAsk, useTalk } from "./context";
import type { Pending } from "./line";
import type { Answer, Item, Message as Said, Proposal, Reaction } from "./log";
import { Markdown } from "./Markdown";
import { wordsOf } from "./markdown";
import { MessageMenu } from "./MessageMenu";
import { ProposalCard } from "./ProposalCard";
import { useWords } from "./text";
import type { Pin } from "./wire";

/** Of what a message replies to, this much is shown. */
const QUOTED = 120;

export type Quoted = Said | Answer | null;

interface MessageProps {
  readonly message: Said;
  readonly quoted: Quoted;
  /** Names of others who have read up to here. */
  readonly seenBy: string;
  /** A change of it that has not arrived yet. */
  readonly changing: Pending | null;
}

export const Message = memo(function Message({ message, quoted, seenBy, changing }: MessageProps) {
  const w = useWords();
  const { me } = useTalk();
  const mine = isMine(message.author, me);
  const name = nameOf(w, message.author, me);
  return (
    <article className="talk-message" data-mine={mine || undefined} id={`said-${message.id}`} tabIndex={-1} aria-label={name}>
      {!mine && <p className="talk-name">{name}</p>}
      <div className="talk-bubble">
        {message.replyTo !== null && !message.deleted && <Quote id={message.replyTo} quoted={quoted} />}
        {message.deleted ? (
          <p className="talk-gone">{w.message.deleted}</p>
        ) : (
          <div className="talk-text">
            <Markdown text={message.text} />
          </div>
        )}
        {message.pin && <PinLink pin={message.pin} />}
      </div>
      <div className="talk-foot">
        <Reactions id={message.id} reactions={message.reactions} />
        <span className="talk-when">
          <When at={message.at} />
          {message.edited && !message.deleted && ` · ${w.message.edited}`}
          {seenBy !== "" && ` · ${w.message.seen(seenBy)}`}
        </span>
        {!message.deleted && <MessageMenu said={message} mine={mine} />}
      </div>
      {changing && <Way pending={changing} what={w.message.changedTo(changing.command.text)} />}
    </article>
  );
});

/** A message of this browser that is not known to have arrived. */
export function PendingMessage({ pending, quoted }: { readonly pending: Pending; readonly quoted: Quoted }) {
  const w = useWords();
  const { command } = pending;
  return (
    <article className="talk-message" data-mine data-state={pending.state} aria-label={w.message.you}>
      <div className="talk-bubble">
        {command.kind === "say" && command.reply_to !== undefined && <Quote id={command.reply_to} quoted={quoted} />}
        <div className="talk-text">
          <Markdown text={command.text} />
        </div>
        {command.kind === "say" && command.pin && <PinLink pin={command.pin} />}
      </div>
      <Way pending={pending} what={null} />
    </article>
  );
}

/** How far it has come, honestly. */
function Way({ pending, what }: { readonly pending: Pending; readonly what: string | null }) {
  const w = useWords();
  const { line } = useTalk();
  const { state, refusal, command } = pending;
  return (
    <div className="talk-way" role={state === "refused" ? "alert" : undefined}>
      {what !== null && <p>{what}</p>}
      {state === "refused" ? (
        <>
          <p className="talk-bad-text">
            <CircleAlert size={16} aria-hidden /> <b>{w.message.failed}.</b> {refusal?.detail}
          </p>
          <div className="actions">
            <Button onClick={() => line.again(command.client_id)}>{w.message.retry}</Button>
            <Button look="quiet" onClick={() => line.discard(command.client_id)}>
              {w.message.discard}
            </Button>
          </div>
          <RequestId id={refusal?.requestId ?? null} />
        </>
      ) : (
        <p>
          <Clock size={14} aria-hidden /> {state === "sending" ? w.message.sending : w.message.waiting}
        </p>
      )}
    </div>
  );
}

export function When({ at }: { readonly at: string }) {
  const locale = useLocale();
  return at === "" ? null : <time dateTime={at}>{stationTime(at, locale)}</time>;
}

function Quote({ id, quoted }: { readonly id: number; readonly quoted: Quoted }) {
  const w = useWords();
  const { me, show } = useTalk();
  const name = quoted === null ? w.message.earlierMessage : quoted.kind === "answer" ? w.message.assistant : nameOf(w, quoted.author, me);
  const text = quoted === null ? "" : quoted.kind === "message" && quoted.deleted ? w.message.deleted : wordsOf(quoted.text.slice(0, QUOTED * 2)).replaceAll(/\s+/g, " ");
  return (
    <button type="button" className="talk-quote" onClick={() => show(id)}>
      <span className="talk-quote-name">
        <Reply size={14} aria-hidden /> {w.message.repliesTo(name)}
      </span>
      {text && <span dir="auto">{text.length > QUOTED ? `${text.slice(0, QUOTED)}…` : text}</span>}
    </button>
  );
}

function PinLink({ pin }: { readonly pin: Pin }) {
  const w = useWords();
  const locale = useLocale();
  const channel = useLineup().byId.get(pin.channel);
  const words = w.composer.about(channel?.name ?? pin.channel, stationTime(pin.moment, locale));
  const inside = (
    <>
      <TvMinimal size={14} aria-hidden /> {words}
    </>
  );
  if (!channel) return <p className="talk-pin">{inside}</p>;
  // Of a channel of one's own the moment can be seen again.
  if (isOwn(channel)) {
    return (
      <Link className="talk-pin" to="/guide/play/$channel/$at" params={{ channel: channel.id, at: secondsOf(pin.moment) }} preload={false}>
        {inside}
      </Link>
    );
  }
  return (
    <Link className="talk-pin" to="/watch/$channel" params={{ channel: channel.id }} preload={false}>
      {inside}
    </Link>
  );
}

function Reactions({ id, reactions }: { readonly id: number; readonly reactions: readonly Reaction[] }) {
  const w = useWords();
  const { me } = useTalk();
  const ask = useAsk();
  if (reactions.length === 0) return null;
  return (
    <span className="talk-reactions">
      {reactions.map(({ emoji, by }) => {
        const own = by.some(({ name }) => name === me);
        const names = by.map(({ name }) => (name === me ? w.message.you : name)).join(", ");
        return (
          <button
            key={emoji}
            type="button"
            className="talk-reaction"
            aria-pressed={own}
            aria-label={w.message.reaction(w.message.reactions[emoji] ?? emoji, names)}
            title={names}
            onClick={() => void ask({ kind: "react", message: id, emoji, on: !own })}
          >
            {emoji} {by.length > 1 && by.length}
          </button>
        );
      })}
    </span>
  );
}

interface AnswerProps {
  readonly answer: Answer;
  readonly calls: readonly Proposal[];
  /** It is the last word, and can be had anew. */
  readonly last: boolean;
}

export const AnswerMessage = memo(
  function AnswerMessage({ answer, calls, last }: AnswerProps) {
    const w = useWords();
    const cards = calls.map((proposal) => <ProposalCard key={proposal.call} proposal={proposal} />);
    if (answer.superseded === "again") return <Earlier answer={answer}>{cards.filter((_, index) => isLasting(calls[index]))}</Earlier>;
    // What was left off before it said a word is nothing.
    if (answer.state === "void" && answer.text === "" && cards.length === 0) return null;
    const over = answer.state !== "asking" && answer.state !== "writing";
    return (
      <article className="talk-answer" data-state={answer.state} id={answer.id > 0 ? `said-${answer.id}` : undefined} tabIndex={-1} aria-label={w.message.assistant} aria-busy={!over}>
        <div className="talk-text" aria-hidden={answer.state === "writing" || undefined}>
          <Markdown text={answer.text} />
        </div>
        {answer.insteadOf.map(({ provider, detail }) => (
          <p key={provider} className="talk-note">
            {w.answer.instead(provider, detail)}
          </p>
        ))}
        {cards}
        <AnswerState answer={answer} last={last} />
        {over && answer.superseded === null && (
          <div className="talk-foot">
            <Reactions id={answer.id} reactions={answer.reactions} />
            <span className="talk-when">
              <When at={answer.at} />
            </span>
            {last && answer.state !== "failed" && <Again answer={answer} />}
            <MessageMenu said={answer} mine={false} />
          </div>
        )}
      </article>
    );
  },
  (before, after) => before.answer === after.answer && before.last === after.last && before.calls.length === after.calls.length && before.calls.every((call, index) => call === after.calls[index]),
);

/** What was done stays done, and can be undone, whatever is answered anew. */
function isLasting(proposal: Proposal | undefined): boolean {
  return proposal !== undefined && proposal.state !== "open" && proposal.state !== "declined";
}

function Earlier({ answer, children }: { readonly answer: Answer; readonly children: ReactNode }) {
  const w = useWords();
  return (
    <>
      {answer.text !== "" && (
        <details className="talk-earlier">
          <summary>{w.answer.earlier(1)}</summary>
          <div className="talk-text">
            <Markdown text={answer.text} />
          </div>
        </details>
      )}
      {children}
    </>
  );
}

function AnswerState({ answer, last }: { readonly answer: Answer; readonly last: boolean }) {
  const w = useWords();
  const t = useText();
  const ask = useAsk();
  const { job, state, fault, model, provider } = answer;
  switch (state) {
    case "asking":
      return (
        <p className="talk-thinks">
          <span className="talk-dots" aria-hidden>
            <i />
            <i />
            <i />
          </span>
          {model ?? provider ? w.answer.asks(model ?? provider ?? "") : w.answer.asking}
        </p>
      );
    case "writing":
    case "finished":
      return null;
    case "cut":
      return (
        <div className="talk-state">
          {answer.superseded !== "onward" && <p>{w.answer.cut}</p>}
          {last && <Button onClick={() => void ask({ kind: "continue", job })}>{w.answer.goOn}</Button>}
        </div>
      );
    case "failed":
      return (
        <div className="talk-state" role={last ? "alert" : undefined}>
          <p className="talk-bad-text">
            <CircleAlert size={16} aria-hidden /> <b>{w.answer.failed}</b> {fault?.detail}
          </p>
          {last && <Button onClick={() => void ask({ kind: "regenerate", job })}>{t.common.tryAgain}</Button>}
          <RequestId id={answer.requestId} />
        </div>
      );
    case "cancelled":
    case "void":
      return <p className="talk-note">{w.answer[state]}</p>;
  }
}

function Again({ answer }: { readonly answer: Answer }) {
  const w = useWords();
  const ask = useAsk();
  return (
    <button type="button" className="talk-small" onClick={() => void ask({ kind: "regenerate", job: answer.job })}>
      <RotateCcw size={16} aria-hidden />
      {w.answer.again}
    </button>
  );
}

type Remark = Exclude<Item, Said | Answer>;

/** What is said of the conversation itself: who answers from here on, what the station notes. */
export function RemarkLine({ remark }: { readonly remark: Remark }) {
  const w = useWords();
  const { me } = useTalk();
  return (
    <p className="talk-remark">
      <span dir="auto">{remarkOf(remark)}</span> <When at={remark.at} />
    </p>
  );

  function remarkOf(of: Remark): string {
    if (of.kind === "note") return of.text;
    if (of.kind === "model") return of.name === null ? w.mode.anyModel : w.mode.model(of.name);
    switch (of.why) {
      case "asked":
        return w.mode.asked;
      case "taken":
        return w.mode.taken(nameOf(w, of.by, me));
      case "handed_back":
        return w.mode.handedBack;
      case "closed":
        return w.mode.closed;
      case "reopened":
        return w.mode.reopened;
    }
  }
}
