/** What is seldom wanted, and what a phone has no room for in the bar: another kind of playback, the facts, picture in picture. */
import { Ellipsis } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { useText } from "../i18n";
import { player } from "../playback";
import { usePreferences } from "../shell/preferences";
import { IconButton } from "../ui";
import { canPip, togglePip } from "./screen";

interface MoreMenuProps {
  readonly showFacts: () => void;
  readonly toggleTalk: (() => void) | null;
}

/** It comes when it is first asked for, and so it comes open. */
export default function MoreMenu({ showFacts, toggleTalk }: MoreMenuProps) {
  const t = useText();
  const { compatible } = usePreferences();
  return (
    <DropdownMenu.Root modal={false} defaultOpen>
      <DropdownMenu.Trigger asChild>
        <IconButton label={t.player.more}>
          <Ellipsis aria-hidden />
        </IconButton>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal container={document.querySelector<HTMLElement>("main")}>
        <DropdownMenu.Content className="menu" data-scheme="dark" side="top" align="end" sideOffset={8} collisionPadding={8} loop>
          <DropdownMenu.CheckboxItem className="menu-item" checked={compatible} onCheckedChange={(next) => player.setCompatible(next)}>
            <DropdownMenu.ItemIndicator className="menu-mark" />
            <span>
              {t.player.compatible}
              <span className="menu-help">{t.player.compatibleHelp}</span>
            </span>
          </DropdownMenu.CheckboxItem>
          {toggleTalk && (
            <DropdownMenu.Item className="menu-item" onSelect={toggleTalk}>
              {t.nav.chat}
            </DropdownMenu.Item>
          )}
          <DropdownMenu.Item className="menu-item" onSelect={showFacts}>
            {t.player.facts}
          </DropdownMenu.Item>
          {canPip() && (
            <DropdownMenu.Item className="menu-item" onSelect={() => void togglePip()}>
              {t.player.pip}
            </DropdownMenu.Item>
          )}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
