/** Asks before something goes for good, and says what goes with it. */
import { useMutation } from "@tanstack/react-query";
import { useText } from "../i18n";
import { Button, Failure } from "../ui";
import { Modal } from "../ui/Modal";

interface RemoveDialogProps {
  readonly name: string;
  /** What goes with it. */
  readonly text: string;
  readonly remove: () => Promise<unknown>;
  /** It is gone: what shows it is asked for again. */
  readonly removed: () => Promise<unknown>;
  readonly close: () => void;
}

export function RemoveDialog({ name, text, remove, removed, close }: RemoveDialogProps) {
  const t = useText();
  const removal = useMutation({
    mutationFn: remove,
    onSuccess: async () => {
      await removed();
      close();
    },
  });
  return (
    <Modal title={t.settings.removeTitle(name)} close={close}>
      <p>{text}</p>
      {removal.error && <Failure error={removal.error} />}
      <div className="actions">
        <Button look="danger" busy={removal.isPending} onClick={() => removal.mutate()}>
          {t.common.remove}
        </Button>
        <Button onClick={close}>{t.common.cancel}</Button>
      </div>
    </Modal>
  );
}
