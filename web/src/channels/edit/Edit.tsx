/** Changing a channel: a draft in forms or as text, a preview of what it would change, and putting it in force. */
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { asProblem } from "../../api/problem";
import { deleteStation, fetchPreview, fetchStation, changeStation, type FaultView, type StationDetail, type StationDocument } from "../../api/stations";
import { queryClient } from "../../api/queries";
import { RemoveDialog } from "../../settings/RemoveDialog";
import { useText } from "../../i18n";
import { Button, Failure, Field } from "../../ui";
import { Modal } from "../../ui/Modal";
import { usePlanAddress, type Section } from "../address";
import { faultsOf, isRefused } from "../faulty";
import { expand } from "../document";
import { FaultList } from "../Faults";
import { again, station as stationQuery } from "../queries";
import { SimpleForm } from "../SimpleForm";
import { useWords } from "../text";
import { useWidth } from "../useWidth";
import { hasFault } from "../words";
import { BlocksForm } from "./BlocksForm";
import { BreaksForm } from "./BreaksForm";
import { CalendarForm } from "./CalendarForm";
import { DaysForm } from "./DaysForm";
import { useDraft, type Editing } from "./draft";
import { EditedDocument } from "./fields";
import { GuideForm } from "./GuideForm";
import { JsonForm } from "./JsonForm";
import { PREVIEW_DAYS, PreviewPanel } from "./PreviewPanel";
import { SourcesForm } from "./SourcesForm";

const FULL: readonly Section[] = ["sources", "blocks", "days", "calendar", "breaks", "guide", "json"];
const SIMPLE: readonly Section[] = ["simple", "breaks", "guide", "json"];

export function Edit({ station }: { readonly station: StationDetail }) {
  const w = useWords();
  const phone = useWidth() === "phone";
  if (phone) return <p className="station-small">{w.edit.small}</p>;
  return <Editor station={station} />;
}

/** The section of the forms in which a place of the document is edited. */
export function sectionOf(place: string, simple: boolean): { readonly section: Section; readonly part?: string } {
  const [head = "", ...rest] = place.split(/[.[]/);
  const part = rest[0] === undefined ? {} : { part: rest[0] };
  switch (head) {
    case "simple":
      return { section: "simple" };
    case "sources":
      return simple ? { section: "json" } : { section: "sources", ...part };
    case "blocks":
      return { section: "blocks", ...part };
    case "templates":
      return { section: "days", ...part };
    case "calendar":
    case "breaks":
    case "guide":
      return { section: head };
    default:
      return { section: "json" };
  }
}

function Editor({ station }: { readonly station: StationDetail }) {
  const w = useWords();
  const { address, adjust } = usePlanAddress();
  const draft = useDraft(station);
  const { document } = draft;
  const preview = useMutation({ mutationFn: (wanted: StationDocument) => fetchPreview(station.id, wanted, PREVIEW_DAYS) });
  const [applied, setApplied] = useState(false);
  const apply = useMutation({
    mutationFn: (revision: number) => changeStation(station.id, revision, draft.number, document),
    onSuccess: async () => {
      // The form goes on from what the station has made of it.
      await queryClient.fetchQuery({ ...stationQuery(station.id), staleTime: 0 });
      draft.discard();
      preview.reset();
      setApplied(true);
      void again();
    },
    onError: (error) => {
      // A document that is refused without its places: looking at it first tells them all.
      if (isRefused(error)) preview.mutate(document);
    },
  });
  const change = (next: StationDocument) => {
    setApplied(false);
    draft.change(next);
  };
  const faults = faultsOf(apply.error) ?? (preview.data ? preview.data.faults : draft.dirty ? NONE : station.faults);
  const sections = document.simple ? SIMPLE : FULL;
  const section = sections.find((one) => one === address.section) ?? sections[0] ?? "json";
  const [sought, seek] = useState<FaultView | null>(null);
  useSought(sought, section);
  const go = (fault: FaultView) => {
    seek({ ...fault });
    const to = sectionOf(fault.place, document.simple !== undefined);
    adjust({ section: section === "json" ? "json" : to.section, part: breakName(document, fault.place) ?? to.part });
  };
  const shown = preview.isPending || preview.data !== undefined;
  return (
    <div className="station-body" data-preview={shown || undefined}>
      <EditBar
        draft={draft}
        applied={applied}
        previewing={preview.isPending}
        applying={apply.isPending}
        preview={() => {
          apply.reset();
          preview.mutate(document);
        }}
        apply={() => apply.mutate(draft.revision)}
        discarded={() => {
          preview.reset();
          apply.reset();
        }}
      />
      {apply.error && !(isRefused(apply.error) && (preview.isPending || preview.data?.faults.length)) && <NotApplied error={apply.error} station={station} draft={draft} again={(revision) => apply.mutate(revision)} reset={apply.reset} go={go} />}
      {preview.error && <Failure error={preview.error} retry={() => preview.mutate(document)} />}
      <div className="edit-pair">
        <div className="edit-form">
          <Names draft={draft} change={change} error={apply.error} />
          <nav className="tabs edit-sections" aria-label={w.edit.sections.label}>
            {sections.map((one) => (
              <button key={one} type="button" className="tab" aria-current={one === section ? "page" : undefined} data-faulty={isFaulty(faults, one) || undefined} onClick={() => adjust({ section: one, part: undefined })}>
                {w.edit.sections[one]}
              </button>
            ))}
          </nav>
          <EditedDocument value={{ document, change, faults }}>
            <section className="edit-section form" aria-label={w.edit.sections[section]}>
              {section !== "simple" && <p className="field-help">{w.edit.sectionHelp[section]}</p>}
              <SectionForm section={section} faults={faults} document={document} change={change} sought={sought} />
            </section>
          </EditedDocument>
          <Remove station={station} />
        </div>
        {shown && <PreviewPanel preview={preview.data ?? null} stale={preview.variables !== document} go={go} close={preview.reset} />}
      </div>
    </div>
  );
}

const NONE: readonly FaultView[] = [];

/** Breaks are opened by name, and told of by number. */
function breakName(document: StationDocument, place: string): string | undefined {
  const at = /^breaks\[(\d+)\]/.exec(place)?.[1];
  return at === undefined ? undefined : document.breaks?.[Number(at)]?.name;
}

function isFaulty(faults: readonly FaultView[], section: Section): boolean {
  if (section === "json") return false;
  return hasFault(faults, section === "days" ? "templates" : section);
}

/** When one comes by a fault, what it is about has the focus: the field at its place, or the nearest around it. */
function useSought(sought: FaultView | null, section: Section): void {
  const done = useRef<FaultView | null>(null);
  useEffect(() => {
    if (!sought || done.current === sought || section === "json") return;
    for (let place = sought.place; place !== ""; place = place.replace(/(?:\.[^.]*|\[\d+\])$/, "")) {
      const found = document.querySelector<HTMLElement>(`[data-place="${CSS.escape(place)}"]`);
      const field = found?.querySelector<HTMLElement>("input, select, textarea, button");
      if (field) {
        done.current = sought;
        field.focus();
        field.scrollIntoView({ block: "center" });
        return;
      }
      if (!/[.[]/.test(place)) return;
    }
  });
}

interface SectionFormProps {
  readonly section: Section;
  readonly faults: readonly FaultView[];
  readonly document: StationDocument;
  readonly change: (document: StationDocument) => void;
  readonly sought: FaultView | null;
}

function SectionForm({ section, faults, document, change, sought }: SectionFormProps) {
  const w = useWords();
  const { adjust } = usePlanAddress();
  switch (section) {
    case "sources":
      return <SourcesForm />;
    case "blocks":
      return <BlocksForm />;
    case "days":
      return <DaysForm />;
    case "calendar":
      return <CalendarForm />;
    case "breaks":
      return <BreaksForm />;
    case "guide":
      return <GuideForm />;
    case "json":
      return <JsonForm show={sought} />;
    default:
      return (
        <>
          {document.simple && <SimpleForm simple={document.simple} faults={faults} change={(simple) => change({ ...document, simple })} />}
          <div className="edit-full">
            <p>{w.edit.toFullText}</p>
            <Button
              onClick={() => {
                change(expand(document));
                adjust({ section: "blocks", part: undefined });
              }}
            >
              {w.edit.toFull}
            </Button>
          </div>
        </>
      );
  }
}

interface EditBarProps {
  readonly draft: Editing;
  readonly applied: boolean;
  readonly previewing: boolean;
  readonly applying: boolean;
  readonly preview: () => void;
  readonly apply: () => void;
  readonly discarded: () => void;
}

function EditBar({ draft, applied, previewing, applying, preview, apply, discarded }: EditBarProps) {
  const w = useWords();
  const t = useText();
  const [asking, setAsking] = useState(false);
  return (
    <div className="edit-bar">
      <p role="status">{draft.dirty ? w.edit.draft : applied ? w.edit.applied : w.edit.fresh}</p>
      <div className="actions">
        {draft.dirty && (
          <Button look="quiet" onClick={() => setAsking(true)}>
            {w.edit.discard}
          </Button>
        )}
        <Button busy={previewing} onClick={preview}>
          {w.edit.preview}
        </Button>
        <Button look="main" busy={applying} disabled={!draft.dirty} onClick={apply}>
          {w.edit.apply}
        </Button>
      </div>
      {asking && (
        <Modal title={w.edit.discardTitle} close={() => setAsking(false)}>
          <p>{w.edit.discardText}</p>
          <div className="actions">
            <Button
              look="danger"
              onClick={() => {
                draft.discard();
                discarded();
                setAsking(false);
              }}
            >
              {w.edit.discard}
            </Button>
            <Button onClick={() => setAsking(false)}>{t.common.cancel}</Button>
          </div>
        </Modal>
      )}
    </div>
  );
}

interface NotAppliedProps {
  readonly error: unknown;
  readonly station: StationDetail;
  readonly draft: Editing;
  readonly again: (revision: number) => void;
  readonly reset: () => void;
  readonly go: (fault: FaultView) => void;
}

/** It is not in force: somebody was faster, something is wrong with it, or the station could not. The draft stays. */
function NotApplied({ error, station, draft, again: applyOver, reset, go }: NotAppliedProps) {
  const w = useWords();
  const problem = asProblem(error);
  const faults = faultsOf(error);
  const newest = useMutation({
    mutationFn: () => fetchStation(station.id, new AbortController().signal),
    onSuccess: (fresh) => queryClient.setQueryData(stationQuery(station.id).queryKey, fresh),
  });
  const { mutate } = newest;
  const conflict = problem.status === 409;
  useEffect(() => {
    if (conflict) mutate();
  }, [conflict, mutate]);
  if (faults) return <FaultList faults={faults} go={go} />;
  if (!conflict) return <Failure error={error} retry={() => applyOver(draft.revision)} />;
  const theirs = newest.data?.revision;
  return (
    <div className="failure" role="alert">
      <h2>{w.edit.conflict.title}</h2>
      {problem.detail && <p>{problem.detail}</p>}
      {theirs !== undefined && <p>{w.edit.conflict.text(draft.revision, theirs)}</p>}
      {newest.error && <Failure error={newest.error} retry={() => newest.mutate()} />}
      <div className="actions">
        <Button
          look="main"
          disabled={theirs === undefined}
          onClick={() => {
            if (theirs === undefined) return;
            draft.over(theirs);
            applyOver(theirs);
          }}
        >
          {w.edit.conflict.over}
        </Button>
        <Button
          onClick={() => {
            draft.discard();
            reset();
          }}
        >
          {w.edit.conflict.theirs}
        </Button>
      </div>
    </div>
  );
}

interface NamesProps {
  readonly draft: Editing;
  readonly change: (document: StationDocument) => void;
  readonly error: unknown;
}

function Names({ draft, change, error }: NamesProps) {
  const w = useWords();
  const problem = error ? asProblem(error) : null;
  return (
    <div className="station-names" data-place="name">
      <Field label={w.simple.name} error={problem?.fields["name"]} maxLength={200} autoComplete="off" value={draft.document.name} onChange={({ target }) => change({ ...draft.document, name: target.value })} />
      <Field
        label={w.simple.number}
        error={problem?.fields["number"]}
        inputMode="numeric"
        maxLength={5}
        autoComplete="off"
        value={draft.number ?? ""}
        onChange={({ target }) => {
          const text = target.value.replaceAll(/\D/g, "");
          draft.renumber(text === "" ? null : Number(text));
        }}
      />
    </div>
  );
}

function Remove({ station }: { readonly station: StationDetail }) {
  const w = useWords();
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  return (
    <div className="edit-remove">
      <Button onClick={() => setAsking(true)}>{w.remove}</Button>
      {asking && (
        <RemoveDialog
          name={station.name}
          text={w.removeText}
          remove={() => deleteStation(station.id)}
          removed={async () => {
            await navigate({ to: "/channels", replace: true });
            await again();
          }}
          close={() => setAsking(false)}
        />
      )}
    </div>
  );
}
