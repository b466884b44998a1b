/** Chat as a page: conversations at the left, the one that is open at the right; on a phone one after the other. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { useCallback, useEffect, useRef } from "react";
import { authState } from "../api/queries";
import { useText } from "../i18n";
import { handleSpatialKey } from "../shell/spatial";
import { mayTalk } from "../shell/station";
import { useNarrow } from "../watch/screen";
import type { TalkAddress } from "./address";
import { ConversationsList } from "./ConversationsList";
import { NewTalk } from "./NewTalk";
import { Talk, TalkHead } from "./Talk";
import { useWords } from "./text";
import { useTalkNews } from "./useLine";

export function TalkPage() {
  const w = useWords();
  const t = useText();
  const { data } = useQuery(authState);
  useEffect(() => {
    addEventListener("keydown", handleSpatialKey);
    return () => removeEventListener("keydown", handleSpatialKey);
  }, []);
  if (!data) return null;
  const account = data.account ?? null;
  if (!account || !mayTalk(account)) {
    return (
      <section className="empty">
        <h1>{w.forbidden.title}</h1>
        <p>{w.forbidden.text}</p>
        <Link to="/" className="button button-plain">
          {t.nav.watch}
        </Link>
      </section>
    );
  }
  return <Chats account={account.name} />;
}

function Chats({ account }: { readonly account: string }) {
  const w = useWords();
  const navigate = useNavigate();
  const { conversation } = useParams({ strict: false }) as { conversation?: string };
  const { said: at } = useSearch({ strict: false }) as TalkAddress;
  const narrow = useNarrow();
  const field = useRef<HTMLTextAreaElement>(null);
  useTalkNews();
  const id = conversation === undefined || conversation === "new" ? null : conversation;
  const gone = useCallback(
    (removed: string) => {
      if (removed === id) void navigate({ to: "/chat", replace: true });
    },
    [id, navigate],
  );
  // On a phone the keyboard would cover what is to be read.
  const focus = !narrow && at === undefined;
  const begun = (made: string) => void navigate({ to: "/chat/$conversation", params: { conversation: made }, replace: true });
  return (
    <div className="talks" data-one={conversation !== undefined || undefined}>
      <title>{`${w.title} · Telecast`}</title>
      <ConversationsList account={account} current={id} gone={gone} />
      <section className="talk" aria-label={w.title}>
        {id === null ? (
          <>
            <TalkHead title={null} before={<ToList />} />
            <NewTalk account={account} pinSource={null} field={field} focus={focus} begun={begun} />
          </>
        ) : (
          <Talk key={id} id={id} account={account} pinSource={null} field={field} at={at} focus={focus} before={<ToList />} gone={() => gone(id)} />
        )}
      </section>
    </div>
  );
}

/** Where there is room for one thing at a time. */
function ToList() {
  const w = useWords();
  return (
    <Link to="/chat" className="icon-button talk-back" aria-label={w.head.back} title={w.head.back}>
      <ArrowLeft size={20} aria-hidden />
    </Link>
  );
}
