/** What can be done with a conversation as a whole: who answers, a person instead of the assistant, closing it. */
import { useQuery } from "@tanstack/react-query";
import { EllipsisVertical } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { useState } from "react";
import { IconButton } from "../ui";
import { assistant } from "./api";
import { useAsk } from "./context";
import { DeleteDialog, RenameDialog } from "./dialogs";
import type { Log } from "./log";
import { useWords } from "./text";

const NONE = "";

interface HeadMenuProps {
  readonly id: string;
  readonly log: Log;
  /** It was deleted. */
  readonly gone: () => void;
}

export function HeadMenu({ id, log, gone }: HeadMenuProps) {
  const [open, setOpen] = useState<"rename" | "delete" | null>(null);
  const close = () => setOpen(null);
  return (
    <>
      <Menu log={log} rename={() => setOpen("rename")} remove={() => setOpen("delete")} leaves={open !== null} />
      {open === "rename" && <RenameDialog id={id} title={log.title} close={close} />}
      {open === "delete" && <DeleteDialog id={id} title={log.title} close={close} gone={gone} />}
    </>
  );
}

interface MenuProps {
  readonly log: Log;
  readonly rename: () => void;
  readonly remove: () => void;
  /** The focus goes to a dialog. */
  readonly leaves: boolean;
}

function Menu({ log, rename, remove, leaves }: MenuProps) {
  const w = useWords();
  const ask = useAsk();
  const { data } = useQuery(assistant);
  const providers = data?.providers ?? [];
  const { mode, model } = log;
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>
        <IconButton label={w.head.more}>
          <EllipsisVertical size={20} aria-hidden />
        </IconButton>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal container={document.querySelector<HTMLElement>("main")}>
        <DropdownMenu.Content className="menu talk-menu" side="bottom" align="end" sideOffset={4} collisionPadding={8} loop onCloseAutoFocus={(event) => leaves && event.preventDefault()}>
          {providers.length > 0 && mode === "assistant" && (
            <>
              <DropdownMenu.Label className="menu-label">{w.head.model}</DropdownMenu.Label>
              <DropdownMenu.RadioGroup value={model ?? NONE} onValueChange={(next) => void ask({ kind: "model", name: next === NONE ? null : next })}>
                <DropdownMenu.RadioItem value={NONE} className="menu-item">
                  <DropdownMenu.ItemIndicator className="menu-mark" />
                  {w.head.anyModel}
                </DropdownMenu.RadioItem>
                {providers.map((provider) => (
                  <DropdownMenu.RadioItem key={provider.name} value={provider.name} className="menu-item">
                    <DropdownMenu.ItemIndicator className="menu-mark" />
                    <span>
                      {provider.name}
                      <span className="menu-help">
                        {provider.model}
                        {!provider.well && ` · ${w.head.notWell}`}
                      </span>
                    </span>
                  </DropdownMenu.RadioItem>
                ))}
              </DropdownMenu.RadioGroup>
              <DropdownMenu.Separator className="talk-separator" />
            </>
          )}
          {mode === "assistant" && (
            <DropdownMenu.Item className="menu-item" onSelect={() => void ask({ kind: "ask_human" })}>
              {w.head.askHuman}
            </DropdownMenu.Item>
          )}
          {(mode === "queued" || mode === "human") && (
            <DropdownMenu.Item className="menu-item" onSelect={() => void ask({ kind: "hand_back" })}>
              {w.head.handBack}
            </DropdownMenu.Item>
          )}
          {mode === "closed" ? (
            <DropdownMenu.Item className="menu-item" onSelect={() => void ask({ kind: "reopen" })}>
              {w.head.reopen}
            </DropdownMenu.Item>
          ) : (
            <DropdownMenu.Item className="menu-item" onSelect={() => void ask({ kind: "close" })}>
              {w.head.close}
            </DropdownMenu.Item>
          )}
          <DropdownMenu.Item className="menu-item" onSelect={rename}>
            {w.list.rename}
          </DropdownMenu.Item>
          <DropdownMenu.Item className="menu-item" onSelect={remove}>
            {w.list.remove}
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
