/** Bouquets of receivers and groups of the host: which are seen, and in which order. */
import { ArrowDown, ArrowUp, Eye, EyeOff, Trash2 } from "lucide-react";
import type { OwnLineup } from "../api/types";
import { useText } from "../i18n";
import { IconButton } from "../ui";
import type { Change } from "./Channels";
import { inOrder } from "./lineup";

export function Bouquets({ lineup, change }: { readonly lineup: OwnLineup; readonly change: Change }) {
  const t = useText();
  const all = inOrder(lineup);
  const hidden = new Set(lineup.hidden_bouquets);
  const move = (at: number, by: number) => {
    const order = all.map(({ id }) => id);
    const [moved] = order.splice(at, 1);
    if (moved !== undefined) order.splice(at + by, 0, moved);
    change({ order });
  };
  const hide = (id: string) => change({ hidden_bouquets: hidden.has(id) ? [...hidden].filter((other) => other !== id) : [...hidden, id] });
  if (all.length === 0) return null;
  return (
    <details className="lineup-bouquets">
      <summary>{t.lineup.bouquets(all.length)}</summary>
      <ol className="rows">
        {all.map((bouquet, at) => (
          <li key={bouquet.id} className="row" data-hidden={hidden.has(bouquet.id) || undefined}>
            <div className="row-words">
              <p className="row-name">{bouquet.name}</p>
              <p className="row-detail">{t.watch.count(bouquet.channels)}</p>
            </div>
            <div className="row-actions">
              <IconButton label={`${t.lineup.up}: ${bouquet.name}`} disabled={at === 0} onClick={() => move(at, -1)}>
                <ArrowUp size={18} aria-hidden />
              </IconButton>
              <IconButton label={`${t.lineup.down}: ${bouquet.name}`} disabled={at === all.length - 1} onClick={() => move(at, 1)}>
                <ArrowDown size={18} aria-hidden />
              </IconButton>
              <IconButton label={`${hidden.has(bouquet.id) ? t.lineup.show : t.lineup.hide}: ${bouquet.name}`} aria-pressed={hidden.has(bouquet.id)} onClick={() => hide(bouquet.id)}>
                {hidden.has(bouquet.id) ? <EyeOff size={18} aria-hidden /> : <Eye size={18} aria-hidden />}
              </IconButton>
              {bouquet.own && (
                <IconButton label={`${t.common.remove}: ${bouquet.name}`} onClick={() => change({ groups: lineup.groups.filter(({ id }) => id !== bouquet.id) })}>
                  <Trash2 size={18} aria-hidden />
                </IconButton>
              )}
            </div>
          </li>
        ))}
      </ol>
    </details>
  );
}
