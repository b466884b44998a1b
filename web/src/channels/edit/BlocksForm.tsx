/** Blocks: steps one after another, each with its order, its amount, and what follows it. */
import { ArrowDown, ArrowUp, Trash2 } from "lucide-react";
import type { Block, DoesNotFit, Step } from "../../api/stations";
import { Button, IconButton } from "../../ui";
import { amountOf, orderOf, PADS, withAmount, withChange, type Amount, type Change } from "../document";
import { useWords, type Words } from "../text";
import { hasFault } from "../words";
import { Entries, type EntryProps } from "./Entries";
import { CheckField, LengthField, NumberField, PlaceFault, SelectField, SomeField, useEdited } from "./fields";
import { GuideFields } from "./GuideForm";
import { OrderFields } from "./OrderFields";

const FITS: readonly DoesNotFit[] = ["wait", "next", "cut"];
const AMOUNTS: readonly Amount[] = ["one", "count", "all", "for", "until_next"];

export function BlocksForm() {
  const w = useWords();
  const { document } = useEdited();
  const [first = ""] = Object.keys(document.sources ?? {});
  return (
    <Entries
      what="blocks"
      entries={document.blocks ?? {}}
      words={{ add: w.blocks.add, name: w.blocks.new }}
      summary={(block) => block.play.map((step) => stepWords(w, step)).join(" → ")}
      fresh={(): Block => ({ play: [{ source: first }] })}
      Form={BlockEntry}
    />
  );
}

function BlockEntry({ entry, name, change }: EntryProps<Block>) {
  return <BlockForm block={entry} place={`blocks.${name}`} change={change} />;
}

/** A step in a few words: `2 × Tatort`. */
export function stepWords(w: Words, step: Step): string {
  const amount = amountOf(step);
  const much = amount === "count" ? `${step.count} × ` : amount === "one" ? "" : amount === "for" ? `${step.for} ` : `${w.blocks.amounts[amount]}: `;
  return much + (step.source === "" ? w.blocks.noSource : step.source);
}

interface BlockFormProps {
  readonly block: Block;
  readonly place: string;
  readonly change: (block: Block) => void;
}

function BlockForm({ block, place, change }: BlockFormProps) {
  const w = useWords();
  const { document } = useEdited();
  const set = (more: Change<Block>) => change(withChange(block, more));
  const steps = (play: readonly Step[]) => set({ play });
  const [first = ""] = Object.keys(document.sources ?? {});
  return (
    <>
      <h2 className="form-title">{w.blocks.steps}</h2>
      <PlaceFault place={`${place}.play`} />
      <ol className="steps-form">
        {block.play.map((step, at) => (
          <StepForm
            // A step has nothing of its own but its place.
            // oxlint-disable-next-line react/no-array-index-key
            key={at}
            step={step}
            at={at}
            last={at === block.play.length - 1}
            place={`${place}.play[${at}]`}
            change={(next) => steps(block.play.map((one, index) => (index === at ? next : one)))}
            remove={() => steps(block.play.filter((_, index) => index !== at))}
            move={(by) => steps(moved(block.play, at, by))}
          />
        ))}
      </ol>
      <Button onClick={() => steps([...block.play, { source: first }])}>{w.blocks.addStep}</Button>
      <div className="form-pair">
        <SelectField
          label={w.blocks.doesNotFit}
          place={`${place}.does_not_fit`}
          value={block.does_not_fit ?? "wait"}
          options={FITS.map((one) => [one, w.blocks.fits[one]] as const)}
          change={(next) => set({ does_not_fit: next === "wait" ? undefined : next })}
        />
        <BreaksChoice breaks={block.breaks} all={w.blocks.allBreaks} place={`${place}.breaks`} change={(breaks) => set({ breaks })} />
      </div>
      <CheckField label={w.blocks.once} place={`${place}.once`} value={block.once === true} change={(once) => set({ once: once || undefined })} />
      <details>
        <summary>{w.blocks.guide}</summary>
        <GuideFields guide={block.guide} place={`${place}.guide`} change={(guide) => set({ guide })} />
      </details>
    </>
  );
}

/** One of a list, moved by so many places. */
export function moved<T>(list: readonly T[], at: number, by: number): readonly T[] {
  const next = [...list];
  const to = at + by;
  if (to < 0 || to >= list.length) return list;
  const [one] = next.splice(at, 1);
  next.splice(to, 0, one as T);
  return next;
}

interface BreaksChoiceProps {
  readonly breaks: readonly string[] | undefined;
  /** What it means that nothing is said. */
  readonly all: string;
  readonly place: string;
  readonly change: (breaks: readonly string[] | undefined) => void;
}

function BreaksChoice({ breaks, all, place, change }: BreaksChoiceProps) {
  const w = useWords();
  const { document } = useEdited();
  const known = (document.breaks ?? []).map(({ name }) => name);
  return (
    <div className="form-column">
      <SelectField
        label={w.blocks.breaks}
        place={place}
        value={breaks === undefined ? "all" : "some"}
        options={[
          ["all", all],
          ["some", w.blocks.someBreaks],
        ]}
        change={(which) => change(which === "all" ? undefined : known)}
      />
      {breaks !== undefined && (
        <SomeField legend={w.blocks.someBreaks} place={`${place}.names`} options={[...new Set([...known, ...breaks])].map((name) => [name, name] as const)} value={breaks} change={(next) => change(next ?? [])} />
      )}
    </div>
  );
}

interface StepFormProps {
  readonly step: Step;
  readonly at: number;
  readonly last: boolean;
  readonly place: string;
  readonly change: (step: Step) => void;
  readonly remove: () => void;
  readonly move: (by: number) => void;
}

function StepForm({ step, at, last, place, change, remove, move }: StepFormProps) {
  const w = useWords();
  const { document, faults } = useEdited();
  const set = (more: Change<Step>) => change(withChange(step, more));
  const amount = amountOf(step);
  const name = w.blocks.step(at + 1);
  const sources = Object.keys(document.sources ?? {});
  const more = orderOf(step.order).kind !== "in_order" || step.pad !== undefined || step.parts === false || step.breaks !== undefined || step.guide !== undefined;
  return (
    <li className="step-form" data-place={place} data-faulty={hasFault(faults, place) || undefined} aria-label={`${name}: ${stepWords(w, step)}`}>
      <div className="step-head">
        <b>{name}</b>
        <span className="step-actions">
          <IconButton label={w.edit.up(name)} disabled={at === 0} onClick={() => move(-1)}>
            <ArrowUp size={18} aria-hidden />
          </IconButton>
          <IconButton label={w.edit.down(name)} disabled={last} onClick={() => move(1)}>
            <ArrowDown size={18} aria-hidden />
          </IconButton>
          <IconButton label={w.edit.remove(name)} onClick={remove}>
            <Trash2 size={18} aria-hidden />
          </IconButton>
        </span>
      </div>
      <PlaceFault place={place} />
      <div className="form-pair">
        <SelectField
          label={w.blocks.source}
          place={`${place}.source`}
          value={step.source}
          options={[...(step.source === "" ? [["", w.blocks.noSource] as const] : []), ...sources.map((one) => [one, one] as const)]}
          change={(source) => set({ source })}
        />
        <SelectField label={w.blocks.amount} place={`${place}.amount`} value={amount} options={AMOUNTS.map((one) => [one, w.blocks.amounts[one]] as const)} change={(next) => change(withAmount(step, next))} />
        {amount === "count" && <NumberField label={w.blocks.count} place={`${place}.count`} value={step.count} change={(count) => set({ count: count ?? 1 })} />}
        {amount === "for" && <LengthField label={w.blocks.for} place={`${place}.for`} value={step.for} change={(length) => set({ for: length ?? "1h" })} />}
      </div>
      <details open={more || hasFault(faults, place) || undefined}>
        <summary>{w.edit.advanced}</summary>
        <div className="form-pair">
          <OrderFields order={step.order} place={`${place}.order`} usual="in_order" change={(order) => set({ order })} />
          <SelectField
            label={w.blocks.pad}
            place={`${place}.pad`}
            value={step.pad === undefined ? "" : String(step.pad)}
            options={[["", w.blocks.padNone] as const, ...PADS.map((pad) => [String(pad), w.blocks.padTo(pad)] as const)]}
            change={(pad) => set({ pad: pad === "" ? undefined : Number(pad) })}
          />
          <BreaksChoice breaks={step.breaks} all={w.blocks.blockBreaks} place={`${place}.breaks`} change={(breaks) => set({ breaks })} />
        </div>
        <CheckField label={w.blocks.parts} place={`${place}.parts`} value={step.parts !== false} change={(parts) => set({ parts: parts ? undefined : false })} />
        <details open={step.guide !== undefined || undefined}>
          <summary>{w.blocks.guide}</summary>
          <GuideFields guide={step.guide} place={`${place}.guide`} change={(guide) => set({ guide })} />
        </details>
      </details>
    </li>
  );
}
