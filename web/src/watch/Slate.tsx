/**
 * What stands for the picture while the station has none: what has happened, in the viewer's language, and that it goes on by itself. It goes when
 * the picture comes back; as long as something is left to be seen, that is shown.
 */
import { useText } from "../i18n";
import { usePlayer } from "../playback";
import { reasonText } from "./Refused";

const BARS = ["#c8ccd4", "#c9b458", "#4fa3a8", "#4f9e63", "#8f5fa8", "#b2544f", "#4a5fa5"];

export function Slate() {
  const t = useText();
  const trouble = usePlayer((state) => (state.phase === "stalled" ? (state.session?.trouble ?? null) : null));
  const channelId = usePlayer((state) => state.channelId);
  if (!trouble) return null;
  const { title } = reasonText(t, trouble.code, trouble.message);
  return (
    <div className="slate" role="status" aria-live="polite" data-channel={channelId}>
      <svg className="slate-bars" viewBox="0 0 70 14" preserveAspectRatio="none" aria-hidden>
        {BARS.map((colour, place) => (
          <rect key={colour} x={place * 10} width="10.1" height="14" fill={colour} />
        ))}
      </svg>
      <h2>{title}</h2>
      <p>{t.slate.keepsTrying}</p>
    </div>
  );
}
