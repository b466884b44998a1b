/** Which channel is which in a guide: what is in doubt first, what is certain to be looked at, and what the host has said. */
import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { useDeferredValue, useId, useState, type ReactNode } from "react";
import { api, body } from "../../api/client";
import { useLanguage, useText } from "../../i18n";
import { stationTime } from "../../i18n/format";
import { Button, Failure, Skeleton } from "../../ui";
import { Chips } from "../../ui/Chips";
import { Modal } from "../../ui/Modal";
import { useNow } from "../../watch/time";
import { again, matches, offered, said, type ChannelMatch, type Filter, type GuideChoice, type MatchFit, type Source } from "./queries";

const FILTERS: readonly Filter[] = ["doubtful", "sure", "unmatched", "decided"];

export function Matches({ guides }: { readonly guides: readonly Source[] }) {
  const t = useText();
  const id = useId();
  const [wanted, setWanted] = useState<string | null>(null);
  const [filter, setFilter] = useState<Filter>("doubtful");
  const [query, setQuery] = useState("");
  const [choosing, setChoosing] = useState<ChannelMatch | null>(null);
  const source = guides.find((guide) => guide.id === wanted) ?? guides[0];
  const q = useDeferredValue(query.trim());
  const found = useInfiniteQuery({ ...matches({ source: source?.id ?? "", filter, q }), enabled: source !== undefined });
  const first = found.data?.pages[0];
  const say = useMutation({
    // One after the other: each names the state that the one before has made.
    scope: { id: "guide-matches" },
    mutationFn: async ({ row, choice }: { readonly row: ChannelMatch; readonly choice: GuideChoice }) => {
      const { revision } = await body(api.GET("/api/v1/guide/matches", { params: { query: { source: source?.id ?? "", limit: 1 } } }));
      return body(api.POST("/api/v1/guide/wishes", { body: { revision, choices: { [source?.id ?? ""]: { [row.channel_id]: choice } } } }));
    },
    onSettled: again,
  });
  if (!source) return null;
  const figures = first?.figures ?? source.figures;
  const counts = {
    doubtful: figures?.doubtful ?? 0,
    sure: figures?.sure ?? 0,
    unmatched: figures?.unmatched ?? 0,
    decided: 0,
  };
  const rows = found.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <section className="matches" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{t.sources.matches}</h2>
      <p className="lead">{t.sources.matchesText}</p>
      {guides.length > 1 && (
        <div className="field">
          <label htmlFor={`${id}-source`}>{t.sources.which}</label>
          <select id={`${id}-source`} className="select" value={source.id} onChange={(event) => setWanted(event.target.value)}>
            {guides.map((guide) => (
              <option key={guide.id} value={guide.id}>
                {guide.name}
              </option>
            ))}
          </select>
        </div>
      )}
      <Chips legend={t.sources.show} name={`${id}-filter`} options={FILTERS} chosen={filter} choose={setFilter} words={(one) => t.sources.filters[one](counts[one])} />
      <div className="lineup-tools">
        <div className="search">
          <Search size={18} aria-hidden />
          <input type="search" aria-label={t.sources.search} placeholder={t.sources.search} value={query} onChange={(event) => setQuery(event.target.value)} />
        </div>
        <p className="field-help" role="status">
          {first && t.sources.count(first.total)}
        </p>
      </div>
      {say.error && <Failure error={say.error} />}
      {found.error && !found.data && <Failure error={found.error} retry={() => void found.refetch()} />}
      {found.isPending && <Skeleton width="20em" />}
      <ul className="rows">
        {rows.map((row) => (
          <MatchRow key={row.channel_id} row={row} say={(choice) => say.mutate({ row, choice })} choose={() => setChoosing(row)} />
        ))}
      </ul>
      {first?.total === 0 && <p className="list-empty">{q === "" ? t.sources.empty[filter] : t.sources.nothingFound}</p>}
      {found.hasNextPage && (
        <Button busy={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          {t.sources.more}
        </Button>
      )}
      {choosing && (
        <ChooseDialog
          source={source.id}
          row={choosing}
          choose={(is) => {
            say.mutate({ row: choosing, choice: said(choosing.choice, { is }) });
            setChoosing(null);
          }}
          close={() => setChoosing(null)}
        />
      )}
    </section>
  );
}

interface MatchRowProps {
  readonly row: ChannelMatch;
  readonly say: (choice: GuideChoice) => void;
  readonly choose: () => void;
}

function MatchRow({ row, say, choose }: MatchRowProps) {
  const t = useText();
  const more = (change: Parameters<typeof said>[1]) => say(said(row.choice, change));
  const { taken } = row;
  return (
    <li className="row match" data-standing={row.standing}>
      <div className="row-words">
        <p className="row-name">
          <span className="match-number">{row.number}</span> {row.name}
        </p>
        <p className="row-detail">{t.sources.standing[row.standing]}</p>
        {typeof row.choice?.is === "string" && !taken && <p className="row-detail">{row.choice.is}</p>}
      </div>
      {(taken || row.proposed.length > 0) && (
        <ul className="match-fits">
          {taken && (
            <Fit fit={taken}>
              <Button look="quiet" aria-label={t.sources.of(t.sources.wrong, t.sources.isNot(row.name, taken.id))} onClick={() => more({ not: taken.id })}>
                {t.sources.wrong}
              </Button>
            </Fit>
          )}
          {row.proposed.map((fit) => (
            <Fit key={fit.id} fit={fit}>
              <Button aria-label={t.sources.of(t.sources.yes, t.sources.is(row.name, fit.id))} onClick={() => more({ is: fit.id })}>
                {t.sources.yes}
              </Button>
              <Button look="quiet" aria-label={t.sources.of(t.sources.no, t.sources.isNot(row.name, fit.id))} onClick={() => more({ not: fit.id })}>
                {t.sources.no}
              </Button>
            </Fit>
          ))}
        </ul>
      )}
      <div className="row-actions match-actions">
        <Button look="quiet" aria-label={t.sources.of(t.sources.other, row.name)} onClick={choose}>
          {t.sources.other}
        </Button>
        {row.standing !== "none" && (
          <Button look="quiet" aria-label={t.sources.of(t.sources.notHere, row.name)} onClick={() => more({ none: true })}>
            {t.sources.notHere}
          </Button>
        )}
        {row.choice && (
          <Button look="quiet" aria-label={t.sources.of(t.sources.undo, row.name)} onClick={() => say({ is: null, not: [], none: false })}>
            {t.sources.undo}
          </Button>
        )}
      </div>
    </li>
  );
}

function Fit({ fit, children }: { readonly fit: MatchFit; readonly children: ReactNode }) {
  const t = useText();
  const locale = useLanguage();
  const clock = useNow(60_000);
  const [now, next] = fit.shows;
  return (
    <li className="match-fit">
      <div className="row-words">
        <p>
          {fit.name === "" ? fit.id : fit.name} {fit.name !== "" && fit.name !== fit.id && <code>{fit.id}</code>}
        </p>
        <p className="row-detail">
          {t.sources.score(fit.score)} · {t.sources.reasons[fit.reason]}
        </p>
        {now && (
          <p className="row-detail">
            {Date.parse(now.start) <= clock ? t.sources.showsNow(now.title, next?.title ?? null) : t.sources.showsFrom(stationTime(now.start, locale), now.title)}
          </p>
        )}
      </div>
      <div className="row-actions">{children}</div>
    </li>
  );
}

interface ChooseDialogProps {
  readonly source: string;
  readonly row: ChannelMatch;
  readonly choose: (id: string) => void;
  readonly close: () => void;
}

function ChooseDialog({ source, row, choose, close }: ChooseDialogProps) {
  const t = useText();
  const [query, setQuery] = useState("");
  const { data } = useQuery(offered(source, useDeferredValue(query.trim())));
  return (
    <Modal title={t.sources.chooseTitle(row.name)} close={close}>
      <div className="search">
        <Search size={18} aria-hidden />
        <input type="search" aria-label={t.sources.chooseSearch} placeholder={t.sources.chooseSearch} value={query} onChange={(event) => setQuery(event.target.value)} />
      </div>
      <ul className="rows match-choices">
        {data?.items.map(({ id, name }) => (
          <li key={id}>
            <button type="button" className="match-choice" onClick={() => choose(id)}>
              <span>{name === "" ? id : name}</span> {name !== "" && name !== id && <code>{id}</code>}
            </button>
          </li>
        ))}
      </ul>
      {data?.items.length === 0 && <p className="list-empty">{t.sources.nothingFound}</p>}
    </Modal>
  );
}
