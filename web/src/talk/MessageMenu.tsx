/** What can be done with one message. */
import { Ellipsis } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { useState } from "react";
import { useLocale, useText } from "../i18n";
import { Button } from "../ui";
import { Modal } from "../ui/Modal";
import { useAsk, useTalk } from "./context";
import type { Answer, Message } from "./log";
import { useWords } from "./text";

const SIGNS = ["👍", "❤️", "😄", "😮", "🎉"] as const;

export function MessageMenu({ said, mine }: { readonly said: Message | Answer; readonly mine: boolean }) {
  const w = useWords();
  const { reply, edit, me } = useTalk();
  const ask = useAsk();
  const [deleting, setDeleting] = useState(false);
  const { id } = said;
  const has = (emoji: string) => said.reactions.some((one) => one.emoji === emoji && one.by.some(({ name }) => name === me));
  return (
    <>
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger asChild>
          <button type="button" className="talk-small talk-more" aria-label={w.message.actions} title={w.message.actions}>
            <Ellipsis size={18} aria-hidden />
          </button>
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal container={document.querySelector<HTMLElement>("main")}>
          <DropdownMenu.Content className="menu talk-menu" side="top" align="end" sideOffset={4} collisionPadding={8} loop onCloseAutoFocus={(event) => deleting && event.preventDefault()}>
            <DropdownMenu.Group className="talk-signs" aria-label={w.message.react}>
              {SIGNS.map((emoji) => (
                <DropdownMenu.CheckboxItem
                  key={emoji}
                  className="talk-sign"
                  aria-label={w.message.reactions[emoji]}
                  checked={has(emoji)}
                  onCheckedChange={(on) => void ask({ kind: "react", message: id, emoji, on })}
                >
                  {emoji}
                </DropdownMenu.CheckboxItem>
              ))}
            </DropdownMenu.Group>
            <DropdownMenu.Item className="menu-item" onSelect={() => reply(id)}>
              {w.message.reply}
            </DropdownMenu.Item>
            {isSecureContext && (
              <DropdownMenu.Item className="menu-item" onSelect={() => void navigator.clipboard.writeText(said.text)}>
                {w.message.copy}
              </DropdownMenu.Item>
            )}
            {mine && said.kind === "message" && (
              <>
                <DropdownMenu.Item className="menu-item" onSelect={() => edit(said)}>
                  {w.message.edit}
                </DropdownMenu.Item>
                <DropdownMenu.Item className="menu-item" onSelect={() => setDeleting(true)}>
                  {w.message.remove}
                </DropdownMenu.Item>
              </>
            )}
            {said.kind === "answer" && <By answer={said} />}
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      {deleting && <DeleteDialog id={id} close={() => setDeleting(false)} />}
    </>
  );
}

/** Who answered, and what it took. */
function By({ answer }: { readonly answer: Answer }) {
  const w = useWords();
  const locale = useLocale();
  const { model, provider, usage } = answer;
  const who = model ?? provider;
  const cost = usage && usage.cost_micros > 0 ? (usage.cost_micros / 1e6).toLocaleString(locale, { maximumSignificantDigits: 2 }) : null;
  return (
    <DropdownMenu.Label className="menu-label">
      {who ? w.answer.by(who) : w.answer.itself}
      {usage && ` · ${w.answer.tokens(usage.input_tokens + usage.output_tokens)}`}
      {cost && ` · ${cost}`}
    </DropdownMenu.Label>
  );
}

function DeleteDialog({ id, close }: { readonly id: number; readonly close: () => void }) {
  const w = useWords();
  const t = useText();
  const ask = useAsk();
  const [busy, setBusy] = useState(false);
  const remove = async () => {
    setBusy(true);
    await ask({ kind: "delete", message: id });
    close();
  };
  return (
    <Modal title={w.message.removeTitle} close={close}>
      <p>{w.message.removeText}</p>
      <div className="actions">
        <Button look="danger" busy={busy} onClick={() => void remove()}>
          {w.message.remove}
        </Button>
        <Button onClick={close}>{t.common.cancel}</Button>
      </div>
    </Modal>
  );
}
