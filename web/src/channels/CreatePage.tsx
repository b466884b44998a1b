/** A channel in a minute: a name, some shows, an order; the first evening beside it before anything airs. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { useEffect, useMemo, useRef, useState, type FormEvent } from "react";
import { asProblem } from "../api/problem";
import { queryClient } from "../api/queries";
import type { FaultView, PreviewView, Simple } from "../api/stations";
import { fullDayName } from "../guide/words";
import { useZone } from "../guide/zone";
import { useLocale, useText } from "../i18n";
import { overview } from "../library/api";
import { Button, Failure, Field } from "../ui";
import { useNow } from "../watch/time";
import { DayList } from "./DayList";
import { blankDocument } from "./document";
import { firstEvening } from "./evening";
import { FaultList } from "./Faults";
import { faultsOf, isRefused } from "./faulty";
import { Programmers } from "./Forbidden";
import { between, programmesOf } from "./programmes";
import { libraryItems } from "./queries";
import { SimpleForm } from "./SimpleForm";
import { useWords } from "./text";
import { useDraftStation, type Wish } from "./useDraftStation";

export function CreatePage() {
  return (
    <Programmers>
      <Create />
    </Programmers>
  );
}

function Create() {
  const w = useWords();
  const t = useText();
  const navigate = useNavigate();
  const library = useQuery(libraryItems(""));
  const [name, setName] = useState("");
  const [number, setNumber] = useState("");
  const [simple, setSimple] = useState<Simple>({ order: "round_robin", shows: [] });
  const [asked, setAsked] = useState(false);
  const draft = useDraftStation();
  const wish: Wish = useMemo(
    () => ({ name: name.trim(), number: number === "" ? null : Number(number), document: { ...blankDocument(name.trim()), simple } }),
    [name, number, simple],
  );
  const preview = useMutation({ mutationFn: draft.preview });
  const make = useMutation({
    mutationFn: draft.make,
    onError: (error, wanted) => {
      if (isRefused(error)) preview.mutate(wanted);
    },
    onSuccess: ({ id }) => navigate({ to: "/channels/$id", params: { id }, replace: true }),
  });
  const waiting = useWaiting(() => {
    if (preview.variables) preview.mutate(preview.variables);
  });
  const missing = { name: wish.name === "", shows: !simple.shows.some((show) => typeof show === "string" || show.include !== false) };
  const ready = !missing.name && !missing.shows;
  const faults = faultsOf(make.error) ?? faultsOf(preview.error) ?? preview.data?.faults ?? [];
  const problem = make.error ? asProblem(make.error) : null;
  const when = (action: (wish: Wish) => void) => {
    setAsked(true);
    if (ready) action(wish);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    when(make.mutate);
  };
  return (
    <div className="station-make">
      <title>{`${w.make.title} · Telecast`}</title>
      <header className="station-head">
        <Link to="/channels" className="icon-button" aria-label={w.gone.back} title={w.gone.back}>
          <ArrowLeft aria-hidden />
        </Link>
        <div className="station-head-words">
          <h1>{w.make.title}</h1>
          <p className="lead">{w.make.text}</p>
        </div>
      </header>
      {library.data?.items.length === 0 && (
        <p className="station-notice">
          {w.empty.noLibrary}{" "}
          <Link to="/library" search={{ part: "folders" }}>
            {w.empty.library}
          </Link>
        </p>
      )}
      <div className="station-make-pair">
        <form className="form" onSubmit={submit} noValidate>
          <div className="station-names">
            <Field
              label={w.simple.name}
              help={w.simple.nameHelp}
              error={asked && missing.name ? w.make.needName : undefined}
              required
              maxLength={200}
              autoComplete="off"
              value={name}
              onChange={({ target }) => setName(target.value)}
            />
            <Field
              label={w.simple.number}
              help={w.simple.numberHelp}
              error={problem?.fields["number"]}
              inputMode="numeric"
              maxLength={5}
              autoComplete="off"
              value={number}
              onChange={({ target }) => setNumber(target.value.replaceAll(/\D/g, ""))}
            />
          </div>
          <SimpleForm simple={simple} faults={faults} change={setSimple} />
          {asked && missing.shows && (
            <p role="alert" className="field-error">
              {w.make.needShow}
            </p>
          )}
          {make.error && faults.length === 0 && !problem?.fields["number"] && <Failure error={make.error} />}
          <div className="actions">
            <Button look="main" type="submit" busy={make.isPending}>
              {w.make.action}
            </Button>
            <Button busy={preview.isPending} onClick={() => when(preview.mutate)}>
              {w.make.preview}
            </Button>
            <Link to="/channels" className="button button-quiet">
              {t.common.cancel}
            </Link>
          </div>
        </form>
        {/* It scrolls, and has nothing else in it that keys reach. */}
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
        <section className="station-evening" aria-label={w.make.previewTitle} tabIndex={0} aria-live="polite" aria-busy={preview.isPending}>
          <h2>{w.make.previewTitle}</h2>
          {waiting > 0 && <p className="field-help">{w.make.looking(waiting)}</p>}
          {preview.error && faults.length === 0 && <Failure error={preview.error} retry={() => when(preview.mutate)} />}
          {preview.data ? (
            <Evening plan={preview.data} stale={preview.variables !== wish} faults={faults} />
          ) : (
            !preview.error && <p className="field-help">{w.make.previewText}</p>
          )}
        </section>
      </div>
    </div>
  );
}

/** Files that the library has not looked into yet; `done` is called when all of them can be planned. */
function useWaiting(done: () => void): number {
  const { data } = useQuery({ ...overview, refetchInterval: ({ state }) => (state.data && (state.data.scan.looking || state.data.scan.waiting > 0) ? LOOK_AGAIN_MS : false) });
  const waiting = data?.scan.waiting ?? 0;
  const then = useRef(done);
  useEffect(() => {
    then.current = done;
  });
  const before = useRef(0);
  useEffect(() => {
    const ready = before.current > 0 && waiting === 0;
    before.current = waiting;
    if (!ready) return;
    const timer = setTimeout(() => {
      void queryClient.invalidateQueries({ queryKey: ["library"] });
      then.current();
    }, PLANNED_MS);
    return () => clearTimeout(timer);
  }, [waiting]);
  return waiting;
}

const LOOK_AGAIN_MS = 1_000;
/** What plans looks at the library every two seconds. */
const PLANNED_MS = 2_500;

function Evening({ plan, stale, faults }: { readonly plan: PreviewView; readonly stale: boolean; readonly faults: readonly FaultView[] }) {
  const w = useWords();
  const t = useText();
  const locale = useLocale();
  const zone = useZone();
  const now = useNow(60_000);
  const { from, to } = firstEvening(now, zone);
  const day = fullDayName(t, from, now, locale, zone);
  return (
    <>
      {stale && <p className="field-help">{w.make.stale}</p>}
      {faults.length > 0 ? (
        <FaultList faults={faults} />
      ) : (
        <div className="station-evening-plan" data-stale={stale || undefined}>
          <p className="lead">{day}</p>
          <DayList programmes={between(programmesOf(plan.slots), from, to)} label={day} now={now} open={null} />
        </div>
      )}
    </>
  );
}
