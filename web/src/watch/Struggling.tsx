/** One plain line over the picture while it fights, and against what. */
import { useText } from "../i18n";
import { usePlayer } from "../playback";

export function Struggling() {
  const t = useText();
  const struggle = usePlayer((state) => state.struggle);
  const phase = usePlayer((state) => state.phase);
  const shown = struggle !== null && (phase === "playing" || phase === "stalled");
  return (
    <p className="struggling" role="status" data-shown={shown || undefined}>
      {shown && t.struggle[struggle]}
    </p>
  );
}
