/** Shows, a card each. */
import { useQuery } from "@tanstack/react-query";
import { useText } from "../i18n";
import { Failure } from "../ui";
import { shows, type Show } from "./api";
import { Artwork } from "./Artwork";
import { Grid } from "./Grid";
import { Waiting } from "./Items";
import type { Go } from "./LibraryPage";

const nothing = () => undefined;

export function Shows({ go }: { readonly go: Go }) {
  const t = useText();
  const { data, error, refetch } = useQuery(shows);
  if (error && !data) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) return <Waiting />;
  if (data.items.length === 0) return <p className="list-empty">{t.library.shows.none}</p>;
  const draw = (show: Show) => <Card show={show} open={() => go({ part: undefined, show: show.name })} />;
  return <Grid label={t.library.views.shows} list={data.items} reached={nothing} draw={draw} />;
}

function Card({ show, open }: { readonly show: Show; readonly open: () => void }) {
  const t = useText();
  const episodes = t.library.shows.episodes(show.episodes);
  return (
    <div className="card">
      <button type="button" className="card-open" onClick={open}>
        <Artwork item={{ id: show.item, picture: show.picture }} />
        <span className="card-title">{show.name}</span>
        <span className="card-about">{show.seasons > 0 ? `${t.library.shows.seasons(show.seasons)} · ${episodes}` : episodes}</span>
      </button>
    </div>
  );
}
