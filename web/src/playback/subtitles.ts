/** Subtitles: which of them the viewer wants, and what is to be read just now. The browser keeps their time; the page draws them. */

export interface Subtitles {
  readonly id: number;
  readonly language: string | null;
  readonly name: string;
  /** `forced`: for all who hear that language, without being asked. `impaired`: for those who do not hear. */
  readonly role: "full" | "forced" | "impaired";
}

/** As hls.js tells of a rendition. */
export interface Told {
  readonly lang?: string | undefined;
  readonly name: string;
  readonly forced: boolean;
  readonly characteristics?: string | undefined;
}

export function subtitlesOf(tracks: readonly Told[]): readonly Subtitles[] {
  return tracks.map(({ lang, name, forced, characteristics }, id) => {
    const impaired = characteristics?.includes("describes-music-and-sound") ?? false;
    return { id, language: lang ?? null, name, role: forced ? "forced" : impaired ? "impaired" : "full" };
  });
}

/** What is remembered of a choice. */
export function wishOf({ language, role }: Subtitles): string {
  return role === "impaired" ? `${language ?? ""} sdh` : (language ?? "");
}

/**
 * The track that is to be shown, or -1: what the viewer wishes, or the same language for others; else what everybody is to read who
 * hears `spoken`.
 */
export function chosen(tracks: readonly Subtitles[], wish: string | null, spoken: string | null): number {
  const offered = tracks.filter(({ role }) => role !== "forced");
  const exact = offered.find((track) => wishOf(track) === wish);
  const language = wish?.split(" ")[0] ?? "";
  const near = wish === null ? undefined : offered.find((track) => isSame(track.language, language));
  const forced = tracks.find((track) => track.role === "forced" && isSame(track.language, spoken));
  return (exact ?? near ?? forced)?.id ?? -1;
}

/** `ger`, `deu` and `de` are one language. */
function isSame(one: string | null, other: string | null): boolean {
  return Boolean(one) && Boolean(other) && base(one ?? "") === base(other ?? "");
}

function base(code: string): string {
  try {
    return new Intl.Locale(code).language;
  } catch {
    return code;
  }
}

/** Tells what is to be read whenever that changes. Tracks that are hidden have cues all the same; those that are off have none. */
export function follow(video: HTMLVideoElement, tell: (lines: readonly string[]) => void): void {
  const { textTracks } = video;
  const read = () => {
    const lines = Array.from(textTracks)
      .filter((track) => track.mode === "hidden")
      .flatMap((track) => Array.from(track.activeCues ?? []))
      .map((cue) => (cue as VTTCue).getCueAsHTML().textContent?.trim() ?? "");
    tell(lines.filter((line) => line !== ""));
  };
  textTracks.addEventListener("addtrack", ({ track }) => track?.addEventListener("cuechange", read));
  textTracks.addEventListener("change", read);
  textTracks.addEventListener("removetrack", read);
}
