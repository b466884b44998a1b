/** A year of a channel: what its time is made of, what comes how often, and what is odd about it. */
import { useMutation } from "@tanstack/react-query";
import { useId, useState } from "react";
import { fetchSimulation, type SimulationView, type StationDetail } from "../api/stations";
import { useLocale } from "../i18n";
import { Button, Failure, Skeleton } from "../ui";
import { useDraft } from "./edit/draft";
import { useWords } from "./text";
import { hoursWords, lengthWords, lintWords } from "./words";

const DAYS = [7, 30, 90, 365] as const;
const SHARES_SHOWN = 20;

export function Simulate({ station }: { readonly station: StationDetail }) {
  const w = useWords();
  const id = useId();
  const draft = useDraft(station);
  const [days, setDays] = useState(365);
  const run = useMutation({ mutationFn: () => fetchSimulation(station.id, draft.document, days) });
  return (
    <div className="station-body simulate">
      <header>
        <h2>{w.simulate.title}</h2>
        <p className="lead">{w.simulate.text}</p>
        {draft.dirty && <p>{w.simulate.draft}</p>}
      </header>
      <div className="actions">
        <label htmlFor={id}>{w.simulate.days}</label>
        <select id={id} className="select simulate-days" value={days} onChange={({ target }) => setDays(Number(target.value))}>
          {DAYS.map((one) => (
            <option key={one} value={one}>
              {w.duration.days(one)}
            </option>
          ))}
        </select>
        <Button look="main" busy={run.isPending} onClick={() => run.mutate()}>
          {w.simulate.run}
        </Button>
      </div>
      {run.isPending && (
        <div aria-busy="true">
          <p role="status">{w.simulate.running}</p>
          <Skeleton width="100%" height="2rem" />
        </div>
      )}
      {run.error && <Failure error={run.error} retry={() => run.mutate()} />}
      {run.data && <Figures year={run.data} />}
    </div>
  );
}

function Figures({ year }: { readonly year: SimulationView }) {
  const w = useWords();
  return (
    <>
      <p className="simulate-sum" role="status">
        {w.simulate.programmes(year.programmes, year.days)}. {w.simulate.late(year.late.starts, lengthWords(w, year.late.worst_ms))}
      </p>
      <Hours hours={year.hours} />
      <section>
        <h3>{w.simulate.lints}</h3>
        {year.lints.length === 0 ? (
          <p className="lead">{w.simulate.noLints}</p>
        ) : (
          <ul className="lints">
            {year.lints.map((lint) => (
              <li key={`${lint.code} ${lint.place} ${JSON.stringify(lint.parameters)}`}>{lintWords(w, lint)}</li>
            ))}
          </ul>
        )}
      </section>
      <Shares shares={year.shares} />
      <Repeats repeats={year.repeats} />
    </>
  );
}

const PARTS = ["programme", "breaks", "fallback", "slate"] as const;

function Hours({ hours }: { readonly hours: SimulationView["hours"] }) {
  const w = useWords();
  const locale = useLocale();
  const total = PARTS.reduce((sum, part) => sum + hours[part], 0);
  const percent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });
  return (
    <section>
      <h3>{w.simulate.hours}</h3>
      <div className="hours-bar" aria-hidden>
        {PARTS.filter((part) => hours[part] > 0).map((part) => (
          <span key={part} data-part={part} style={{ flexGrow: total > 0 ? hours[part] / total : 0 }} />
        ))}
      </div>
      <dl className="hours">
        {PARTS.map((part) => (
          <div key={part} data-part={part}>
            <dt>{w.simulate[part]}</dt>
            <dd>{w.simulate.hoursOf(hoursWords(hours[part], locale), percent.format(total > 0 ? hours[part] / total : 0))}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** What all films together are called by the station. */
const FILMS = "film";

function Shares({ shares }: { readonly shares: SimulationView["shares"] }) {
  const w = useWords();
  const locale = useLocale();
  const [all, setAll] = useState(false);
  const sorted = shares.toSorted((a, b) => b.hours - a.hours);
  const most = sorted[0]?.hours ?? 0;
  const shown = all ? sorted : sorted.slice(0, SHARES_SHOWN);
  if (shares.length === 0) return null;
  return (
    <section>
      <h3>{w.simulate.shares}</h3>
      <ol className="shares">
        {shown.map(({ name, starts, hours }) => (
          <li key={name}>
            <span className="share-name">{name === FILMS ? w.simple.allFilms : name}</span>
            <span className="share-bar" aria-hidden>
              <span style={{ width: `${most > 0 ? (hours / most) * 100 : 0}%` }} />
            </span>
            <span className="share-figures">
              {hoursWords(hours, locale)} h · {w.simulate.starts(starts)}
            </span>
          </li>
        ))}
      </ol>
      {shown.length < sorted.length && (
        <Button look="quiet" onClick={() => setAll(true)}>
          {w.simulate.moreShares(sorted.length - shown.length)}
        </Button>
      )}
    </section>
  );
}

function Repeats({ repeats }: { readonly repeats: SimulationView["repeats"] }) {
  const w = useWords();
  if (repeats.length === 0) return null;
  return (
    <section>
      <h3>{w.simulate.repeats}</h3>
      <ul className="repeats">
        {repeats.map(({ title, closest_ms }) => (
          <li key={`${title} ${closest_ms}`}>
            <span>{title}</span>
            <span>{w.simulate.repeat(lengthWords(w, closest_ms))}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
