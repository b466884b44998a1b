/** The two dialogs of a conversation as a whole: what it is called, and whether it is to go for good. */
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { queryClient } from "../api/queries";
import { useText } from "../i18n";
import { Button, Failure, Field } from "../ui";
import { Modal } from "../ui/Modal";
import { changed, command, conversation, remove } from "./api";
import { useWords } from "./text";
import { TITLE_CHARACTERS } from "./wire";

interface DialogProps {
  readonly id: string;
  readonly title: string | null;
  readonly close: () => void;
}

export function RenameDialog({ id, title, close }: DialogProps) {
  const w = useWords();
  const t = useText();
  const [name, setName] = useState(title ?? "");
  const save = useMutation({
    mutationFn: () => command(id, { kind: "title", title: name.trim() }),
    onSuccess: async () => {
      await Promise.all([changed(), queryClient.invalidateQueries({ queryKey: conversation(id).queryKey })]);
      close();
    },
  });
  return (
    <Modal title={w.list.renameTitle} close={close}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== "") save.mutate();
        }}
      >
        <Field label={w.list.name} value={name} maxLength={TITLE_CHARACTERS} autoFocus onChange={(event) => setName(event.target.value)} />
        {save.error && <Failure error={save.error} />}
        <div className="actions">
          <Button look="main" type="submit" busy={save.isPending} disabled={name.trim() === ""}>
            {t.common.save}
          </Button>
          <Button onClick={close}>{t.common.cancel}</Button>
        </div>
      </form>
    </Modal>
  );
}

export function DeleteDialog({ id, title, close, gone }: DialogProps & { readonly gone: () => void }) {
  const w = useWords();
  const t = useText();
  const removal = useMutation({
    mutationFn: () => remove(id),
    onSuccess: async () => {
      gone();
      queryClient.removeQueries({ queryKey: conversation(id).queryKey });
      await changed();
      close();
    },
  });
  return (
    <Modal title={w.list.removeTitle(title ?? w.untitled)} close={close}>
      <p>{w.list.removeText}</p>
      {removal.error && <Failure error={removal.error} />}
      <div className="actions">
        <Button look="danger" busy={removal.isPending} onClick={() => removal.mutate()}>
          {w.list.remove}
        </Button>
        <Button onClick={close}>{t.common.cancel}</Button>
      </div>
    </Modal>
  );
}
