/** Sound tracks by language, with what is particular about each; then the languages that have come since, for which playback begins anew. */
import { Languages } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { useLanguage, useText } from "../i18n";
import type { Catalogue } from "../i18n/catalogue";
import { languageName } from "../i18n/format";
import { player, usePlayer } from "../playback";
import type { AudioTrack } from "../playback/engine";
import { IconButton } from "../ui";

export default function AudioMenu() {
  const t = useText();
  const language = useLanguage();
  const tracks = usePlayer((state) => state.audioTracks);
  const selected = usePlayer((state) => state.audioTrack);
  const offered = usePlayer((state) => state.offeredAudio);
  const plan = usePlayer((state) => state.session?.plan ?? null);
  /** A session with one sound has no list of sounds; what one hears then is what the plan began with. */
  const only = plan?.audio.find(({ language: code }) => !offered.includes(code ?? ""));
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>
        <IconButton label={t.player.audio} hotkey="A">
          <Languages aria-hidden />
        </IconButton>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal container={document.querySelector<HTMLElement>("main")}>
        <DropdownMenu.Content className="menu" data-scheme="dark" side="top" align="end" sideOffset={8} collisionPadding={8} loop>
          <DropdownMenu.Label className="menu-label">{t.player.audio}</DropdownMenu.Label>
          <DropdownMenu.RadioGroup value={String(selected)} onValueChange={(id) => player.selectAudio(Number(id))}>
            {tracks.map((track) => (
              <DropdownMenu.RadioItem key={track.id} value={String(track.id)} className="menu-item">
                <DropdownMenu.ItemIndicator className="menu-mark" />
                {audioLabel(t, track, language)}
              </DropdownMenu.RadioItem>
            ))}
            {tracks.length === 0 && (
              <DropdownMenu.RadioItem value={String(selected)} className="menu-item">
                <DropdownMenu.ItemIndicator className="menu-mark" />
                {spokenName(t, only?.language ?? null, "", language)}
              </DropdownMenu.RadioItem>
            )}
          </DropdownMenu.RadioGroup>
          {offered.length > 0 && (
            <>
              <DropdownMenu.Label className="menu-label">{t.player.audioNew}</DropdownMenu.Label>
              {offered.map((code) => (
                <DropdownMenu.Item key={code} className="menu-item" onSelect={() => player.takeOffered(code)}>
                  {spokenName(t, code, "", language)}
                </DropdownMenu.Item>
              ))}
            </>
          )}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

export function audioLabel(t: Catalogue, track: AudioTrack, locale: string): string {
  const name = spokenName(t, track.language, track.name, locale);
  const notes = [
    track.channels > 0 ? t.player.surround(track.channels) : null,
    track.characteristics.includes("describes-video") ? t.player.described : null,
    track.characteristics.includes("enhances-speech") ? t.player.clean : null,
  ].filter((note) => note !== null);
  return notes.length > 0 ? `${name}, ${notes.join(", ")}` : name;
}

/** Codes that broadcasters use for whatever the film was made in (ISO 639-2 reserves `qaa` to `qtz`). */
function spokenName(t: Catalogue, code: string | null, name: string, locale: string): string {
  const original = /^q[a-t][a-z]$/i.test(code ?? "") ? t.player.originalSound : null;
  return languageName(code, locale) ?? original ?? (name || t.player.unknownLanguage);
}
