/**
 * Where one writes. Enter sends, Shift and Enter begin a new line; what is being written is kept in this browser. While an answer is being written it can be
 * stopped here. Keys that are typed here are nobody else's: the picture has them back with Escape.
 */
import { ArrowUp, Reply, Square, TvMinimal, X } from "lucide-react";
import { useEffect, useId, useState, type KeyboardEvent, type RefObject } from "react";
import { useLocale } from "../i18n";
import { stationTime } from "../i18n/format";
import { Button, IconButton } from "../ui";
import { draft as keptDraft, keepDraft } from "./kept";
import { useWords } from "./text";
import { MESSAGE_BYTES, bytesOf, type Pin } from "./wire";

/** From so many characters on it is said how many are left. */
const NEARLY = 1_000;

/** What a message can be about: the channel that plays, and the moment that is seen of it. */
export interface PinSource {
  readonly channelName: string;
  readonly now: () => Pin;
}

interface ComposerProps {
  readonly account: string;
  /** None: the first message of a new conversation. */
  readonly conversation: string | null;
  readonly pinSource: PinSource | null;
  readonly send: (text: string, pin: Pin | null) => void;
  /** Stops the answer that is being written; none: there is none. */
  readonly stop: (() => void) | null;
  /** It is to be written in at once. */
  readonly focus: boolean;
  readonly writes?: (now: boolean) => void;
  readonly field: RefObject<HTMLTextAreaElement | null>;
  /** What the message replies to, in words; and how it is to reply to nothing. */
  readonly replying?: { readonly name: string; readonly cancel: () => void } | null | undefined;
  /** A message that is to read otherwise. */
  readonly editing?: Editing | null;
  /** What is written stays here for now, and why. */
  readonly note?: string | null;
}

export interface Editing {
  readonly id: number;
  readonly text: string;
  readonly save: (text: string) => void;
  /** The same, and answered anew; none where nobody answers. */
  readonly ask: ((text: string) => void) | null;
  readonly cancel: () => void;
}

export function Composer(props: ComposerProps) {
  // A message that is changed is written in a field of its own, so that the draft stays what it is.
  return props.editing ? <EditField key={props.editing.id} editing={props.editing} field={props.field} /> : <DraftField key={props.conversation ?? ""} {...props} />;
}

function DraftField({ account, conversation, pinSource, send, stop, writes, field, focus, replying = null, note = null }: ComposerProps) {
  const w = useWords();
  const [text, setText] = useState(() => keptDraft(account, conversation));
  const [about, setAbout] = useState(true);
  const left = useLeft(text);
  useEffect(() => {
    if (focus) field.current?.focus();
  }, [focus, field]);
  const change = (next: string) => {
    setText(next);
    keepDraft(account, conversation, next);
    writes?.(next.trim() !== "");
  };
  const submit = () => {
    if (text.trim() === "" || left < 0) return;
    send(text.trim(), about && pinSource ? pinSource.now() : null);
    change("");
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape" && replying) {
      replying.cancel();
      event.preventDefault();
    }
  };
  return (
    <form
      className="talk-composer"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {replying && (
        <p className="talk-replying">
          <Reply size={16} aria-hidden />
          <span>{w.composer.replying(replying.name)}</span>
          <IconButton label={w.composer.cancel} onClick={replying.cancel}>
            <X size={16} aria-hidden />
          </IconButton>
        </p>
      )}
      <div className="talk-field">
        <Grown text={text} change={change} submit={submit} field={field} onKeyDown={onKeyDown} onBlur={() => writes?.(false)} />
        <div className="talk-tools">
          {pinSource && <About source={pinSource} on={about} toggle={() => setAbout(!about)} />}
          <Left left={left} />
          {stop && (
            <IconButton label={w.composer.stop} className="talk-stop" onClick={stop}>
              <Square size={16} fill="currentColor" aria-hidden />
            </IconButton>
          )}
          {(!stop || text.trim() !== "") && (
            <IconButton label={w.composer.send} className="talk-send" type="submit" disabled={text.trim() === "" || left < 0}>
              <ArrowUp size={20} aria-hidden />
            </IconButton>
          )}
        </div>
      </div>
      <p className="talk-hint" role="status">
        {note}
      </p>
    </form>
  );
}

function EditField({ editing, field }: { readonly editing: Editing; readonly field: RefObject<HTMLTextAreaElement | null> }) {
  const w = useWords();
  const [text, setText] = useState(editing.text);
  const left = useLeft(text);
  const wrong = text.trim() === "" || left < 0;
  useEffect(() => {
    const { current } = field;
    current?.focus();
    current?.setSelectionRange(current.value.length, current.value.length);
  }, [field]);
  const save = (by: (text: string) => void) => {
    if (!wrong) by(text.trim());
  };
  const main = editing.ask ?? editing.save;
  return (
    <form
      className="talk-composer"
      onSubmit={(event) => {
        event.preventDefault();
        save(main);
      }}
    >
      <p className="talk-replying">{w.composer.editing}</p>
      <div className="talk-field">
        <Grown
          text={text}
          change={setText}
          submit={() => save(main)}
          field={field}
          onKeyDown={(event) => {
            if (event.key !== "Escape") return;
            editing.cancel();
            event.preventDefault();
          }}
        />
        <div className="talk-tools">
          <Left left={left} />
        </div>
      </div>
      <div className="actions">
        {editing.ask && (
          <Button look="main" type="submit" disabled={wrong}>
            {w.composer.saveAsk}
          </Button>
        )}
        <Button look={editing.ask ? "plain" : "main"} disabled={wrong} onClick={() => save(editing.save)}>
          {w.composer.saveOnly}
        </Button>
        <Button look="quiet" onClick={editing.cancel}>
          {w.composer.cancel}
        </Button>
      </div>
    </form>
  );
}

interface GrownProps {
  readonly text: string;
  readonly change: (text: string) => void;
  readonly submit: () => void;
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly onBlur?: () => void;
}

/** A field as high as its text, up to what the style allows. */
function Grown({ text, change, submit, field, onKeyDown, onBlur }: GrownProps) {
  const w = useWords();
  const id = useId();
  return (
    <div className="talk-grow" data-text={text}>
      <label htmlFor={id} className="visually-hidden">
        {w.composer.label}
      </label>
      <textarea
        id={id}
        ref={field}
        rows={1}
        dir="auto"
        value={text}
        placeholder={w.composer.placeholder}
        enterKeyHint="send"
        autoComplete="off"
        onBlur={onBlur}
        onChange={(event) => change(event.target.value)}
        onKeyDown={(event) => {
          onKeyDown(event);
          // Enter that ends a word which is still being composed is not meant for us.
          if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
          event.preventDefault();
          submit();
        }}
      />
    </div>
  );
}

/** Characters that a message still has room for; an estimate where they are of several bytes. */
function useLeft(text: string): number {
  // Short of this nobody needs to count.
  if (text.length * 3 < MESSAGE_BYTES - NEARLY) return MESSAGE_BYTES;
  return MESSAGE_BYTES - bytesOf(text.trim());
}

function Left({ left }: { readonly left: number }) {
  const w = useWords();
  return (
    <span className="talk-left" role="status" data-over={left < 0 || undefined}>
      {left < 0 ? w.composer.tooLong(-left) : left < NEARLY ? w.composer.left(left) : ""}
    </span>
  );
}

function About({ source, on, toggle }: { readonly source: PinSource; readonly on: boolean; readonly toggle: () => void }) {
  const w = useWords();
  const locale = useLocale();
  const title = on ? w.composer.about(source.channelName, stationTime(source.now().moment, locale)) : w.composer.withoutPin;
  return (
    <button type="button" className="talk-about" aria-pressed={on} aria-label={`${w.composer.aboutHere}: ${source.channelName}`} title={title} onClick={toggle}>
      <TvMinimal size={16} aria-hidden />
      <span>{source.channelName}</span>
    </button>
  );
}
