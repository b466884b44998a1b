/** Subtitles by language. What everybody is to read is shown without being asked for, and is no choice. */
import { Captions } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { useLanguage, useText } from "../i18n";
import { languageName } from "../i18n/format";
import { player, usePlayer } from "../playback";
import { IconButton } from "../ui";

export default function SubtitlesMenu() {
  const t = useText();
  const language = useLanguage();
  const tracks = usePlayer((state) => state.subtitles);
  const selected = usePlayer((state) => state.subtitle);
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>
        <IconButton label={t.player.subtitles} hotkey="T">
          <Captions aria-hidden />
        </IconButton>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal container={document.querySelector<HTMLElement>("main")}>
        <DropdownMenu.Content className="menu" data-scheme="dark" side="top" align="end" sideOffset={8} collisionPadding={8} loop>
          <DropdownMenu.Label className="menu-label">{t.player.subtitles}</DropdownMenu.Label>
          <DropdownMenu.RadioGroup value={String(selected)} onValueChange={(id) => player.selectSubtitles(Number(id))}>
            <DropdownMenu.RadioItem value="-1" className="menu-item">
              <DropdownMenu.ItemIndicator className="menu-mark" />
              {t.player.subtitlesOff}
            </DropdownMenu.RadioItem>
            {tracks
              .filter(({ role }) => role !== "forced")
              .map((track) => (
                <DropdownMenu.RadioItem key={track.id} value={String(track.id)} className="menu-item">
                  <DropdownMenu.ItemIndicator className="menu-mark" />
                  {languageName(track.language, language) ?? t.player.unknownLanguage}
                  {track.role === "impaired" && `, ${t.player.clean}`}
                </DropdownMenu.RadioItem>
              ))}
          </DropdownMenu.RadioGroup>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
