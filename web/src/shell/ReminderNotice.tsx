/** Says on every page, politely, that a programme has begun of which the viewer wanted to be reminded. */
import { useNavigate } from "@tanstack/react-router";
import { Bell } from "lucide-react";
import { forget, useDue, type Reminder } from "../guide/reminders";
import { useText } from "../i18n";
import { player } from "../playback";
import { Button } from "../ui";

/** So many are said at once; the others follow as these are dismissed. */
const SHOWN = 3;

export function ReminderNotice() {
  const due = useDue();
  return (
    <div className="reminders" role="status" aria-atomic="false">
      {due.slice(0, SHOWN).map((reminder) => (
        <Notice key={reminder.id} reminder={reminder} />
      ))}
    </div>
  );
}

function Notice({ reminder: { id, channelId, channel, title } }: { readonly reminder: Reminder }) {
  const t = useText();
  const navigate = useNavigate();
  return (
    <div className="reminder">
      <Bell size={20} aria-hidden />
      <p>
        <b>{title}</b>
        <span>{t.guide.reminders.begun(channel)}</span>
      </p>
      <div className="actions">
        <Button
          look="main"
          onClick={() => {
            forget(id);
            player.tune(channelId);
            void navigate({ to: "/watch/$channel", params: { channel: channelId } });
          }}
        >
          {t.guide.watch}
        </Button>
        <Button look="quiet" onClick={() => forget(id)}>
          {t.guide.reminders.dismiss}
        </Button>
      </div>
    </div>
  );
}
