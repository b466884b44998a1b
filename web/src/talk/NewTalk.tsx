/** A conversation that has not begun: what can be asked, and the first message. It is made with that, once, however often it has to be tried. */
import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState, type RefObject } from "react";
import { freshId } from "../api/client";
import { live } from "../api/live";
import { asProblem, type Problem } from "../api/problem";
import { queryClient } from "../api/queries";
import { useText } from "../i18n";
import { useConnection } from "../shell/connection";
import { Button, RequestId } from "../ui";
import { assistant, begin, changed, conversation } from "./api";
import { Composer, type PinSource } from "./Composer";
import { first, keepDraft, keepFirst, keepUnsent, type First } from "./kept";
import { Markdown } from "./Markdown";
import { useWords } from "./text";
import type { Pin } from "./wire";

interface NewTalkProps {
  readonly account: string;
  readonly pinSource: PinSource | null;
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly focus: boolean;
  readonly begun: (id: string) => void;
}

export function NewTalk({ account, pinSource, field, focus, begun }: NewTalkProps) {
  const w = useWords();
  const connection = useConnection();
  const { message, problem, send, retry, takeBack } = useBeginning(account, begun);
  return (
    <>
      <div className="talk-log-frame">
        <div className="talk-log">
          {message ? (
            <article className="talk-message" data-mine>
              <div className="talk-bubble">
                <div className="talk-text">
                  <Markdown text={message.text} />
                </div>
              </div>
              {problem ? <NotBegun problem={problem} retry={retry} takeBack={takeBack} /> : <p className="talk-way">{w.message.sending}</p>}
            </article>
          ) : (
            <Examples ask={(text) => send(text, pinSource?.now() ?? null)} />
          )}
        </div>
      </div>
      {!message && <Composer account={account} conversation={null} pinSource={pinSource} field={field} focus={focus} stop={null} send={send} note={connection === "fine" ? null : w.composer.offline} />}
    </>
  );
}

function Examples({ ask }: { readonly ask: (text: string) => void }) {
  const w = useWords();
  const { data } = useQuery(assistant);
  const alone = data !== undefined && data.providers.length === 0;
  return (
    <section className="talk-empty">
      <h2>{w.empty.title}</h2>
      <p>{w.empty.text}</p>
      <ul>
        {(alone ? w.empty.plainExamples : w.empty.examples).map((example) => (
          <li key={example}>
            <button type="button" className="talk-example" onClick={() => ask(example)}>
              {example}
            </button>
          </li>
        ))}
      </ul>
      {alone && <p className="talk-note">{w.empty.plain}</p>}
    </section>
  );
}

function NotBegun({ problem, retry, takeBack }: { readonly problem: Problem; readonly retry: () => void; readonly takeBack: () => void }) {
  const w = useWords();
  const t = useText();
  if (problem.status === 0) return <p className="talk-way">{w.message.waiting}</p>;
  return (
    <div className="talk-way" role="alert">
      <p className="talk-bad-text">
        <b>{w.startFailed}</b> {problem.status === 403 ? t.failure.forbiddenText : (problem.detail ?? problem.title)}
      </p>
      <div className="actions">
        <Button onClick={retry}>{w.message.retry}</Button>
        <Button look="quiet" onClick={takeBack}>
          {w.message.discard}
        </Button>
      </div>
      <RequestId id={problem.requestId} />
    </div>
  );
}

const RETRY_MS = 5_000;

function useBeginning(account: string, begun: (id: string) => void) {
  const [message, setMessage] = useState<First | null>(() => first(account));
  const [problem, setProblem] = useState<Problem | null>(null);
  const trying = useRef(false);
  const told = useRef(begun);
  useEffect(() => {
    told.current = begun;
  });
  const go = useCallback(
    async ({ key, clientId, text, pin }: First) => {
      if (trying.current) return;
      trying.current = true;
      setProblem(null);
      try {
        const made = await begin(key);
        // From here on it is a message on its way like any other.
        keepUnsent(account, made.id, { command: { kind: "say", client_id: clientId, text, ...(pin === null ? {} : { pin }) }, at: Date.now(), refusal: null });
        keepFirst(account, null);
        queryClient.setQueryData(conversation(made.id).queryKey, made);
        void changed();
        told.current(made.id);
      } catch (error) {
        setProblem(asProblem(error));
      }
      trying.current = false;
    },
    [account],
  );
  // What was written before the page was loaded anew goes on by itself.
  useEffect(() => {
    const waiting = first(account);
    if (!waiting) return;
    const timer = setTimeout(() => void go(waiting));
    return () => clearTimeout(timer);
  }, [account, go]);
  useEffect(() => {
    if (!message || problem?.status !== 0) return;
    const again = () => void go(message);
    const stop = live.watch(() => {
      if (live.state === "open") again();
    });
    const timer = setTimeout(again, RETRY_MS);
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [message, problem, go]);
  return {
    message,
    problem,
    send: (text: string, pin: Pin | null) => {
      const next: First = { key: freshId(), clientId: freshId(), text, pin };
      keepFirst(account, next);
      setMessage(next);
      void go(next);
    },
    retry: () => message && void go(message),
    takeBack: () => {
      if (message) keepDraft(account, null, message.text);
      keepFirst(account, null);
      setMessage(null);
      setProblem(null);
    },
  };
}
