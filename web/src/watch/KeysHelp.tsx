/** The table of keys, for those who ask with `?`. */
import { useText } from "../i18n";
import { Modal } from "../ui/Modal";

export default function KeysHelp({ close }: { readonly close: () => void }) {
  const t = useText();
  return (
    <Modal title={t.keys.title} close={close}>
      <dl className="keys">
        {t.keys.rows.map(([keys, meaning]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
