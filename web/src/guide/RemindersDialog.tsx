/** What this browser will remind of. */
import { Trash2 } from "lucide-react";
import { useRef } from "react";
import { useLocale, useText } from "../i18n";
import { IconButton } from "../ui";
import { Modal } from "../ui/Modal";
import { Time } from "../watch/time";
import { forget, standing, useReminders } from "./reminders";
import { dayName } from "./words";
import { useZone } from "./zone";

export function RemindersDialog({ now, close }: { readonly now: number; readonly close: () => void }) {
  const t = useText();
  const locale = useLocale();
  const zone = useZone();
  const list = useRef<HTMLUListElement>(null);
  const reminders = standing(useReminders(), now);
  return (
    <Modal title={t.guide.reminders.title} close={close}>
      <p className="lead">{reminders.length === 0 ? t.guide.reminders.none : t.guide.reminders.text}</p>
      <ul ref={list} className="guide-reminders" tabIndex={-1}>
        {reminders.map((reminder) => (
          <li key={reminder.id} className="row">
            <div className="row-words">
              <span className="row-name">{reminder.title}</span>
              <span className="row-detail">
                {dayName(t, Date.parse(reminder.start), now, locale, zone)} <Time at={reminder.start} /> · {reminder.channel}
              </span>
            </div>
            <IconButton
              label={t.guide.reminders.remove(reminder.title)}
              onClick={() => {
                forget(reminder.id);
                // The button goes with its row; the focus must not.
                list.current?.focus();
              }}
            >
              <Trash2 aria-hidden />
            </IconButton>
          </li>
        ))}
      </ul>
    </Modal>
  );
}
