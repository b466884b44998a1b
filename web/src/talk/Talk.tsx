/** A conversation: what was said, who writes, and the field to write in. The same beside the picture and on a page of its own. */
import { Link } from "@tanstack/react-router";
import { CircleAlert, X } from "lucide-react";
import { useCallback, useEffect, useMemo, useState, type ReactNode, type RefObject } from "react";
import { asProblem, type Problem } from "../api/problem";
import { useText } from "../i18n";
import { useConnection } from "../shell/connection";
import { Button, Failure, IconButton, RequestId } from "../ui";
import { Composer, type Editing, type PinSource } from "./Composer";
import { TalkProvider, isMine, nameOf, useAsk, useTalk, type Talk as Context } from "./context";
import { HeadMenu } from "./HeadMenu";
import type { Line } from "./line";
import type { Log, Message } from "./log";
import { Speaker } from "./Speaker";
import { LogSkeleton, TalkLog } from "./TalkLog";
import { useWords } from "./text";
import { useLine, useShown } from "./useLine";

/** Who sees what others have said tells it after so long. */
const READ_MS = 1_500;
const MARKED_MS = 2_000;

interface TalkProps {
  readonly id: string;
  readonly account: string;
  readonly pinSource: PinSource | null;
  readonly field: RefObject<HTMLTextAreaElement | null>;
  /** A message that is to be shown. */
  readonly at?: number | undefined;
  /** Whoever opens it is to write at once. */
  readonly focus: boolean;
  /** What stands above, before and after its title. */
  readonly before?: ReactNode;
  readonly after?: ReactNode;
  /** It was deleted from here. */
  readonly gone: () => void;
}

export function Talk(props: TalkProps) {
  const { id, account, before, after } = props;
  const w = useWords();
  const { line, error, retry } = useLine(id, account);
  const head = (
    <TalkHead title={w.title} before={before}>
      {after}
    </TalkHead>
  );
  if (error) {
    return (
      <>
        {head}
        {asProblem(error).status === 404 ? <Gone code="not_found" /> : <Failure error={error} retry={retry} />}
      </>
    );
  }
  if (!line) {
    return (
      <>
        {head}
        <div className="talk-log-frame">
          <div className="talk-log">
            <LogSkeleton />
          </div>
        </div>
        <div className="talk-composer" />
      </>
    );
  }
  return <OpenTalk key={id} line={line} {...props} />;
}

export function TalkHead({ title, before, children }: { readonly title: string | null; readonly before?: ReactNode; readonly children?: ReactNode }) {
  const w = useWords();
  const words = title ?? w.untitled;
  return (
    <header className="talk-head">
      {before}
      <h2 dir="auto" title={words}>
        {words}
      </h2>
      {children}
    </header>
  );
}

function OpenTalk({ id, line, account, pinSource, field, at, focus, before, after, gone }: TalkProps & { readonly line: Line }) {
  const w = useWords();
  const shown = useShown(line);
  const { log, loading } = shown;
  const [replyTo, setReplyTo] = useState<number | null>(null);
  const [edited, setEdited] = useState<Message | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const show = useShow(line);
  const context = useMemo<Context>(
    () => ({
      line,
      me: account,
      reply: (id) => {
        setEdited(null);
        setReplyTo(id);
        // The menu gives the focus back first.
        setTimeout(() => field.current?.focus());
      },
      edit: (message) => {
        setReplyTo(null);
        setTimeout(() => setEdited(message));
      },
      fail: setProblem,
      show,
    }),
    [line, account, field, show],
  );
  useEffect(() => {
    if (at !== undefined && !loading) show(at);
  }, [at, loading, show]);
  useRead(line, log, account);
  if (log.refused !== null) {
    return (
      <>
        <TalkHead title={w.title} before={before}>
          {after}
        </TalkHead>
        <Gone code={log.refused} />
      </>
    );
  }
  return (
    <TalkProvider value={context}>
      <TalkHead title={log.title} before={before}>
        <HeadMenu id={id} log={log} gone={gone} />
        {after}
      </TalkHead>
      <TalkLog shown={shown} />
      <Speaker log={log} loading={loading} me={account} />
      <Writes log={log} me={account} />
      {problem && <Undone problem={problem} close={() => setProblem(null)} />}
      <Foot log={log} account={account} pinSource={pinSource} field={field} focus={focus} replyTo={replyTo} endReply={() => setReplyTo(null)} edited={edited} endEdit={() => setEdited(null)} />
    </TalkProvider>
  );
}

interface FootProps {
  readonly log: Log;
  readonly account: string;
  readonly pinSource: PinSource | null;
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly focus: boolean;
  readonly replyTo: number | null;
  readonly endReply: () => void;
  readonly edited: Message | null;
  readonly endEdit: () => void;
}

function Foot({ log, account, pinSource, field, focus, replyTo, endReply, edited, endEdit }: FootProps) {
  const w = useWords();
  const ask = useAsk();
  const { line } = useTalk();
  const connection = useConnection();
  if (log.mode === "closed") {
    return (
      <div className="talk-composer talk-closed">
        <p>{w.composer.closed}</p>
        <Button onClick={() => void ask({ kind: "reopen" })}>{w.composer.reopen}</Button>
      </div>
    );
  }
  const { running } = log;
  const repliesTo = replyTo === null ? null : log.items.find((item) => (item.kind === "message" || item.kind === "answer") && item.id === replyTo);
  const back = () => setTimeout(() => field.current?.focus());
  const editing: Editing | null = edited && {
    id: edited.id,
    text: edited.text,
    save: (text) => {
      endEdit();
      back();
      if (text !== edited.text) void ask({ kind: "edit", message: edited.id, text });
    },
    ask:
      log.mode !== "assistant"
        ? null
        : (text) => {
            endEdit();
            back();
            line.resend(edited.id, text);
          },
    cancel: () => {
      endEdit();
      back();
    },
  };
  return (
    <Composer
      account={account}
      conversation={line.id}
      pinSource={pinSource}
      field={field}
      focus={focus}
      writes={(now) => line.writes(now)}
      stop={running ? () => void ask({ kind: "cancel", job: running.job }) : null}
      send={(text, pin) => {
        line.say(text, { replyTo, pin });
        endReply();
      }}
      replying={
        repliesTo && {
          name: repliesTo.kind === "message" ? nameOf(w, repliesTo.author, account) : w.message.assistant,
          cancel: endReply,
        }
      }
      editing={editing}
      note={connection === "fine" ? null : w.composer.offline}
    />
  );
}

/** Brings a message into sight, fetching what lies between. */
function useShow(line: Line): (id: number) => void {
  return useCallback(
    (id) => {
      if (mark(id)) return;
      void line.earlier(id).then(() => setTimeout(() => mark(id)));
    },
    [line],
  );
}

/** Points at a message for a moment; false where it is not there. */
function mark(id: number): boolean {
  const found = document.getElementById(`said-${id}`);
  if (!found) return false;
  found.scrollIntoView({ block: "center" });
  found.dataset["marked"] = "";
  found.focus({ preventScroll: true });
  setTimeout(() => delete found.dataset["marked"], MARKED_MS);
  return true;
}

/** People who talk to each other know what was read. */
function useRead(line: Line, log: Log, me: string): void {
  const { mode, items, read } = log;
  const last = items.findLast((item) => item.kind === "message" && !isMine(item.author, me))?.offset ?? 0;
  const upto = [...read.values()].find(({ name }) => name === me)?.upto ?? 0;
  useEffect(() => {
    if (mode !== "human" || last <= upto) return;
    const timer = setTimeout(() => {
      // Whether it is told is no matter for the person.
      if (document.visibilityState === "visible") line.command({ kind: "read", upto: last }).catch(() => undefined);
    }, READ_MS);
    return () => clearTimeout(timer);
  }, [line, mode, last, upto]);
}

function Writes({ log, me }: { readonly log: Log; readonly me: string }) {
  const w = useWords();
  const names = log.present.filter(({ name, writes }) => writes && name !== me).map(({ name }) => name);
  return (
    <p className="talk-writes" role="status">
      {names.length > 0 && (names.length === 1 ? w.writes : w.write)(names.join(", "))}
      {names.length === 0 && log.mode === "queued" && w.mode.waiting}
    </p>
  );
}

/** Something was asked for and not done. */
function Undone({ problem, close }: { readonly problem: Problem; readonly close: () => void }) {
  const w = useWords();
  const t = useText();
  return (
    <div className="talk-undone" role="alert">
      <CircleAlert size={18} aria-hidden />
      <div>
        <p>
          <b>{w.failed}</b> {problem.status === 0 ? t.failure.unreachable : (problem.detail ?? problem.title)}
        </p>
        <RequestId id={problem.requestId} />
      </div>
      <IconButton label={w.dismiss} onClick={close}>
        <X size={18} aria-hidden />
      </IconButton>
    </div>
  );
}

function Gone({ code }: { readonly code: string }) {
  const w = useWords();
  const { title, text } = code === "not_found" || code === "too_many" ? w.refused[code] : w.refused.other;
  return (
    <section className="talk-gone-page">
      <h2>{title}</h2>
      <p>{text}</p>
      <Link to="/chat" className="button button-plain">
        {w.list.all}
      </Link>
    </section>
  );
}
