/** A channel without a picture: calm, large, with what is on. */
import type { Channel } from "../api/types";
import { useText } from "../i18n";
import { Logo } from "./Logo";
import { useNowNext } from "./NowPanel";

export function Radio({ channel, playing }: { readonly channel: Channel; readonly playing: boolean }) {
  const t = useText();
  const { guide } = useNowNext(channel.id);
  return (
    <div className="radio" data-playing={playing || undefined}>
      <span className="radio-rings" aria-hidden>
        <i />
        <i />
        <i />
      </span>
      <Logo channel={channel} size="large" />
      <p className="radio-name">{channel.name}</p>
      <p className="radio-title">{guide?.now?.title ?? t.watch.radio}</p>
    </div>
  );
}
