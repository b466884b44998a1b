/** Which channels are one: what this one is the same as, or, if others are the same as this one, from which of them it is taken first. */
import { ArrowDown, ArrowUp, Search, Undo2 } from "lucide-react";
import { useDeferredValue, useMemo, useState } from "react";
import type { OwnChannel, OwnLineup } from "../api/types";
import { useText } from "../i18n";
import { Button, IconButton } from "../ui";
import { Modal } from "../ui/Modal";
import type { Change } from "./Channels";
import { candidates, isOf, joinedTo, nameOf, sourcesOf, wishOf } from "./lineup";

/** So many channels are offered; whoever seeks another types some of its name. */
const OFFERED = 20;

interface JoinDialogProps {
  readonly lineup: OwnLineup;
  readonly channel: OwnChannel;
  readonly receivers: ReadonlyMap<string, string>;
  readonly change: Change;
  readonly close: () => void;
}

export function JoinDialog({ lineup, channel, receivers, change, close }: JoinDialogProps) {
  const t = useText();
  const other = joinedTo(lineup, channel);
  return (
    <Modal title={t.lineup.sameTitle(nameOf(channel))} close={close}>
      {other ? (
        <>
          <p>{t.lineup.sameAs(nameOf(other))}</p>
          <div className="actions">
            <Button look="main" onClick={() => change({ channels: { [channel.id]: wishOf(channel, { same_as: null }) } })}>
              {t.lineup.part}
            </Button>
          </div>
        </>
      ) : (
        <>
          <Sources lineup={lineup} channel={channel} receivers={receivers} change={change} />
          <Offers lineup={lineup} channel={channel} receivers={receivers} change={change} />
        </>
      )}
    </Modal>
  );
}

type PartProps = Omit<JoinDialogProps, "close">;

/** Where the channel comes from, first to last. */
function Sources({ lineup, channel, receivers, change }: PartProps) {
  const t = useText();
  const sources = sourcesOf(lineup, channel);
  if (sources.length < 2) return null;
  const named = (at: number) => {
    const source = sources[at];
    return source ? `${receivers.get(source.receiver) ?? source.receiver}: ${nameOf(source.channel)}` : "";
  };
  const move = (at: number, by: number) => {
    const words = sources.map(({ word }) => word);
    const [moved] = words.splice(at, 1);
    if (moved !== undefined) words.splice(at + by, 0, moved);
    change({ channels: { [channel.id]: wishOf(channel, { sources: words }) } });
  };
  return (
    <section className="join-sources" aria-label={t.lineup.sources}>
      <h3>{t.lineup.sources}</h3>
      <p className="field-help">{t.lineup.sourcesText}</p>
      <ol className="rows">
        {sources.map((source, at) => (
          <li key={`${source.receiver} ${source.channel.id}`} className="row">
            <div className="row-words">
              <p className="row-name">{nameOf(source.channel)}</p>
              <p className="row-detail">{receivers.get(source.receiver) ?? source.receiver}</p>
            </div>
            <div className="row-actions">
              <IconButton label={`${t.lineup.up}: ${named(at)}`} disabled={at === 0} onClick={() => move(at, -1)}>
                <ArrowUp size={18} aria-hidden />
              </IconButton>
              <IconButton label={`${t.lineup.down}: ${named(at)}`} disabled={at === sources.length - 1} onClick={() => move(at, 1)}>
                <ArrowDown size={18} aria-hidden />
              </IconButton>
              {source.channel.id !== channel.id && (
                <IconButton label={`${t.lineup.part}: ${named(at)}`} onClick={() => change({ channels: { [source.channel.id]: wishOf(source.channel, { same_as: null }) } })}>
                  <Undo2 size={18} aria-hidden />
                </IconButton>
              )}
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Channels that this one may be, the likeliest first; a press makes them one. */
function Offers({ lineup, channel, receivers, change }: PartProps) {
  const t = useText();
  const [query, setQuery] = useState("");
  const wanted = useDeferredValue(query);
  const offers = useMemo(() => candidates(lineup, channel, wanted).slice(0, OFFERED), [lineup, channel, wanted]);
  const from = (other: OwnChannel) => other.receivers.map((id) => receivers.get(id) ?? id).join(", ");
  return (
    <section aria-label={t.lineup.same}>
      <h3>{t.lineup.same}</h3>
      <p className="field-help">{t.lineup.sameText(nameOf(channel))}</p>
      <div className="search">
        <Search size={18} aria-hidden />
        <input type="search" aria-label={t.lineup.sameSearch} placeholder={t.lineup.sameSearch} value={query} onChange={(event) => setQuery(event.target.value)} />
      </div>
      <p className="field-help" role="status">
        {t.watch.count(offers.length)}
      </p>
      <ul className="rows">
        {offers.map((other) => (
          <li key={other.id}>
            <button
              type="button"
              className="join-offer"
              onClick={() => change({ channels: { [channel.id]: wishOf(channel, { same_as: other.id }) } })}
            >
              <span className="visually-hidden">{`${t.lineup.isThis}: `}</span>
              <span className="row-name">{nameOf(other)}</span>{" "}
              <span className="row-detail">{[from(other), ...(isOf(lineup, other).length > 0 ? [t.lineup.joined(isOf(lineup, other).length)] : [])].join(" · ")}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
