/** Chat beside the picture; on a phone a sheet over the lower part, so that the picture stays. It takes no key from the player but those that are typed in it. */
import { Link } from "@tanstack/react-router";
import { Maximize2, Plus, X } from "lucide-react";
import { useCallback, useMemo, useRef, useState } from "react";
import type { Channel, GuideEvent } from "../api/types";
import { player } from "../playback";
import { useAccount } from "../shell/station";
import { IconButton } from "../ui";
import { useNarrow } from "../watch/screen";
import type { PinSource } from "./Composer";
import { keepLastShown, lastShown } from "./kept";
import { NewTalk } from "./NewTalk";
import { Talk, TalkHead } from "./Talk";
import { useWords } from "./text";
import { useTalkNews } from "./useLine";

interface PanelProps {
  readonly channel: Channel | null;
  readonly programme: GuideEvent | null;
  readonly close: () => void;
  /** It was opened by hand, and is to have the focus. */
  readonly focus: boolean;
}

export default function TalkPanel(props: PanelProps) {
  const account = useAccount();
  return account && <Panel {...props} account={account.name} />;
}

function Panel({ channel, programme, close, focus, account }: PanelProps & { readonly account: string }) {
  const w = useWords();
  const narrow = useNarrow();
  const field = useRef<HTMLTextAreaElement>(null);
  const [id, setId] = useState(() => lastShown(account));
  const pinSource = usePin(channel, programme);
  useTalkNews();
  const show = useCallback(
    (next: string | null) => {
      keepLastShown(account, next);
      setId(next);
    },
    [account],
  );
  const wanted = focus && !narrow;
  const buttons = (
    <>
      {id !== null && (
        <IconButton label={w.head.begin} onClick={() => show(null)}>
          <Plus size={20} aria-hidden />
        </IconButton>
      )}
      <Link to="/chat/$conversation" params={{ conversation: id ?? "new" }} className="icon-button talk-whole" aria-label={w.head.whole} title={w.head.whole}>
        <Maximize2 size={18} aria-hidden />
      </Link>
      <IconButton label={w.head.hide} hotkey="D" onClick={close}>
        <X size={20} aria-hidden />
      </IconButton>
    </>
  );
  if (id === null) {
    return (
      <>
        <TalkHead title={w.title}>{buttons}</TalkHead>
        <NewTalk account={account} pinSource={pinSource} field={field} focus={wanted} begun={show} />
      </>
    );
  }
  return <Talk key={id} id={id} account={account} pinSource={pinSource} field={field} focus={wanted} after={buttons} gone={() => show(null)} />;
}

/** A message is about what is seen at that moment, which may be behind what is on. */
function usePin(channel: Channel | null, programme: GuideEvent | null): PinSource | null {
  return useMemo(
    () =>
      channel && {
        channelName: channel.name,
        now: () => {
          const moment = player.timeline()?.clock ?? Date.now();
          const isOn = programme !== null && Date.parse(programme.start) <= moment && moment < Date.parse(programme.end);
          return { channel: channel.id, moment: new Date(moment).toISOString(), ...(isOn ? { programme: programme.id } : {}) };
        },
      },
    [channel, programme],
  );
}
