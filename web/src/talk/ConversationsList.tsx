/** One's conversations, the newest first; or where words were said. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { EllipsisVertical, Plus, Search, X } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { useEffect, useRef, useState } from "react";
import { useLocale, useText } from "../i18n";
import { Failure, IconButton, Skeleton } from "../ui";
import { conversations, found, type Conversation, type Found } from "./api";
import { DeleteDialog, RenameDialog } from "./dialogs";
import { draft } from "./kept";
import { wordsOf } from "./markdown";
import { useWords, type Words } from "./text";

const PAUSE_MS = 300;

interface ListProps {
  readonly account: string;
  readonly current: string | null;
  /** A conversation is there no more. */
  readonly gone: (id: string) => void;
}

export function ConversationsList({ account, current, gone }: ListProps) {
  const w = useWords();
  const [words, setWords] = useState("");
  const [wanted, setWanted] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setWanted(words.trim()), words.trim() === "" ? 0 : PAUSE_MS);
    return () => clearTimeout(timer);
  }, [words]);
  return (
    <nav className="talk-list" aria-label={w.list.label}>
      <header>
        <h1>{w.list.title}</h1>
        <Link to="/chat/$conversation" params={{ conversation: "new" }} className="icon-button" aria-label={w.list.begin} title={w.list.begin}>
          <Plus size={20} aria-hidden />
        </Link>
      </header>
      <SearchField words={words} change={setWords} />
      {wanted === "" ? <Rows account={account} current={current} gone={gone} /> : <FoundRows words={wanted} />}
    </nav>
  );
}

function SearchField({ words, change }: { readonly words: string; readonly change: (words: string) => void }) {
  const w = useWords();
  const field = useRef<HTMLInputElement>(null);
  return (
    <div className="search" role="search">
      <Search size={18} aria-hidden />
      <input
        ref={field}
        type="search"
        aria-label={w.list.search}
        placeholder={w.list.search}
        autoComplete="off"
        spellCheck={false}
        maxLength={200}
        value={words}
        onChange={(event) => change(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape" || words === "") return;
          change("");
          event.preventDefault();
        }}
      />
      {words && (
        <IconButton
          label={w.list.clear}
          onClick={() => {
            change("");
            field.current?.focus();
          }}
        >
          <X size={18} aria-hidden />
        </IconButton>
      )}
    </div>
  );
}

function Rows({ account, current, gone }: ListProps) {
  const w = useWords();
  const { data, error, refetch } = useQuery(conversations);
  if (error && !data) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) return <ListSkeleton />;
  if (data.length === 0) return <p className="list-empty">{w.list.none}</p>;
  return (
    <ul className="talk-rows">
      {data.map((one) => (
        <Row key={one.id} one={one} isCurrent={one.id === current} hasDraft={draft(account, one.id) !== ""} gone={gone} />
      ))}
    </ul>
  );
}

interface RowProps {
  readonly one: Conversation;
  readonly isCurrent: boolean;
  readonly hasDraft: boolean;
  readonly gone: (id: string) => void;
}

function Row({ one, isCurrent, hasDraft, gone }: RowProps) {
  const w = useWords();
  const t = useText();
  const locale = useLocale();
  const [open, setOpen] = useState<"rename" | "delete" | null>(null);
  const title = one.title ?? w.untitled;
  const about = [when(one.changed_at, locale, w), modeOf(one, w), hasDraft ? w.list.draft : null].filter(Boolean).join(" · ");
  const close = () => setOpen(null);
  return (
    <li className="talk-row" data-current={isCurrent || undefined}>
      <Link to="/chat/$conversation" params={{ conversation: one.id }} preload={false} aria-current={isCurrent ? "page" : undefined}>
        <span className="talk-row-title" dir="auto" data-untitled={one.title === null || undefined}>
          {title}
        </span>
        <span className="talk-row-about">{about}</span>
      </Link>
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger asChild>
          <IconButton label={w.list.actions(title)}>
            <EllipsisVertical size={18} aria-hidden />
          </IconButton>
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal container={document.querySelector<HTMLElement>("main")}>
          <DropdownMenu.Content className="menu talk-menu" align="end" sideOffset={4} collisionPadding={8} loop onCloseAutoFocus={(event) => open && event.preventDefault()}>
            <DropdownMenu.Item className="menu-item" onSelect={() => setOpen("rename")}>
              {w.list.rename}
            </DropdownMenu.Item>
            <DropdownMenu.Item className="menu-item" onSelect={() => setOpen("delete")}>
              {w.list.remove}
            </DropdownMenu.Item>
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      {open === "rename" && <RenameDialog id={one.id} title={one.title} close={close} />}
      {open === "delete" && <DeleteDialog id={one.id} title={one.title ?? t.nav.chat} close={close} gone={() => gone(one.id)} />}
    </li>
  );
}

function modeOf({ mode }: Conversation, w: Words): string | null {
  switch (mode) {
    case "assistant":
      return null;
    case "queued":
      return w.list.waits;
    case "human":
      return w.list.withPerson;
    case "closed":
      return w.list.closed;
  }
}

/** The time of today, the day of what is longer ago. */
function when(at: string, locale: string, w: Words): string {
  const day = new Date(at);
  const now = new Date();
  if (day.toDateString() === now.toDateString()) return day.toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit" });
  if (day.toDateString() === new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1).toDateString()) return w.list.yesterday;
  return day.toLocaleDateString(locale, { day: "numeric", month: "short", ...(day.getFullYear() === now.getFullYear() ? {} : { year: "numeric" }) });
}

function FoundRows({ words }: { readonly words: string }) {
  const w = useWords();
  const { data, error, refetch } = useQuery(found(words));
  return (
    <>
      <p className="visually-hidden" role="status">
        {data ? w.list.found(data.length) : ""}
      </p>
      {error && !data ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : !data ? (
        <ListSkeleton />
      ) : data.length === 0 ? (
        <p className="list-empty">{w.list.nothing(words)}</p>
      ) : (
        <ul className="talk-rows">
          {data.map((place) => (
            <FoundRow key={`${place.id} ${place.offset}`} place={place} />
          ))}
        </ul>
      )}
    </>
  );
}

function FoundRow({ place }: { readonly place: Found }) {
  const w = useWords();
  return (
    <li className="talk-row">
      <Link to="/chat/$conversation" params={{ conversation: place.id }} search={place.offset > 0 ? { said: place.offset } : {}} preload={false}>
        <span className="talk-row-title" dir="auto">
          {place.title ?? w.untitled}
        </span>
        <span className="talk-row-about talk-row-found" dir="auto">
          {wordsOf(place.text)}
        </span>
      </Link>
    </li>
  );
}

function ListSkeleton() {
  const t = useText();
  return (
    <div className="talk-rows" role="status" aria-label={t.common.loading}>
      {["60%", "45%", "70%", "50%", "65%"].map((width) => (
        <div key={width} className="talk-row talk-row-skeleton">
          <Skeleton width={width} />
          <Skeleton width="30%" height="0.8em" />
        </div>
      ))}
    </div>
  );
}
