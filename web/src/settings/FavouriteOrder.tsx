/** Favourites in their order, which their owner changes. */
import { ArrowDown, ArrowUp } from "lucide-react";
import { useState } from "react";
import type { Problem } from "../api/problem";
import { useText } from "../i18n";
import { keepsOwn, moveFavourite, useFavourites } from "../shell/favourites";
import { useAccount, useLineup } from "../shell/station";
import { Failure, IconButton } from "../ui";
import { StarButton } from "../ui/Star";
import { Logo } from "../watch/Logo";

export function FavouriteOrder() {
  const t = useText();
  const own = keepsOwn(useAccount());
  const { list } = useFavourites();
  const { byId, complete } = useLineup();
  const [problem, setProblem] = useState<Problem | null>(null);
  const there = list.flatMap((id) => byId.get(id) ?? []);
  const gone = list.length - there.length;
  const move = async (id: string, step: 1 | -1) => setProblem(await moveFavourite(id, step, (one) => byId.has(one)));
  return (
    <section className="favourite-order" aria-labelledby="favourite-order">
      <h2 id="favourite-order">{t.favourites.order}</h2>
      <p className="field-help">{`${t.favourites.orderText}${own ? "" : ` ${t.favourites.orderHere}`}`}</p>
      {complete && list.length === 0 && <p>{t.favourites.none}</p>}
      {problem && <Failure error={problem} />}
      <ol>
        {there.map((channel, at) => (
          <li key={channel.id} className="row">
            <Logo channel={channel} />
            <div className="row-words">
              <span className="row-name">{channel.name}</span>
            </div>
            {/* What cannot be done here keeps the focus: the row may have come here by this very button. */}
            <IconButton label={t.favourites.up(channel.name)} aria-disabled={at === 0 || undefined} onClick={() => void move(channel.id, -1)}>
              <ArrowUp aria-hidden />
            </IconButton>
            <IconButton label={t.favourites.down(channel.name)} aria-disabled={at === there.length - 1 || undefined} onClick={() => void move(channel.id, 1)}>
              <ArrowDown aria-hidden />
            </IconButton>
            <StarButton channel={channel} />
          </li>
        ))}
      </ol>
      {complete && gone > 0 && <p className="field-help">{t.favourites.gone(gone)}</p>}
    </section>
  );
}
