/** What is to be read just now, over the picture and above the bar. */
import { usePlayer } from "../playback";

export function Subtitles() {
  const lines = usePlayer((state) => state.lines);
  const language = usePlayer((state) => state.subtitles.find(({ id }) => id === state.shown)?.language ?? undefined);
  if (lines.length === 0) return null;
  return (
    <div className="subtitles" lang={language}>
      {lines.map((line, at) => (
        // Lines that are shown at once have no name but their place.
        // oxlint-disable-next-line react/no-array-index-key
        <p key={at}>
          <span>{line}</span>
        </p>
      ))}
    </div>
  );
}
