/** Breaks: where they stand, of what, how much, and tied to what. Their order counts where several are at one place. */
import { ArrowDown, ArrowUp, ChevronDown, ChevronRight, Trash2 } from "lucide-react";
import type { Break, BreakAt, ItemKind, Points } from "../../api/stations";
import { IconButton } from "../../ui";
import { usePlanAddress } from "../address";
import { PADS, pruned, withChange, type Change } from "../document";
import { useWords } from "../text";
import { hasFault } from "../words";
import { moved } from "./BlocksForm";
import { Add, Rename } from "./Entries";
import { CheckField, LengthField, ListField, NumberField, PlaceFault, SelectField, TimeField, useEdited } from "./fields";
import { renamedBreak } from "./naming";
import { OrderFields } from "./OrderFields";

const PLACES: readonly BreakAt[] = ["pre", "mid", "post", "tail", "fallback"];
const BY = ["chapters", "intervals", "detected"] as const;
const AMOUNTS = ["count", "for", "pad"] as const;
const KINDS: readonly ItemKind[] = ["film", "episode", "clip", "other"];

function fills(at: BreakAt): boolean {
  return at === "tail" || at === "fallback";
}

/** A break at another place: with what goes with that place, and without what does not. */
export function placed(rule: Break, at: BreakAt): Break {
  const amountless = { count: undefined, for: undefined, pad: undefined };
  const some = rule.count !== undefined || rule.for !== undefined || rule.pad !== undefined;
  return withChange(rule, {
    at,
    ...(fills(at) ? amountless : some ? {} : { count: 1 }),
    points: at === "mid" ? (rule.points ?? { by: "chapters" }) : undefined,
  });
}

export function BreaksForm() {
  const w = useWords();
  const { document, change, faults } = useEdited();
  const { address, adjust } = usePlanAddress();
  const rules = document.breaks ?? [];
  const put = (breaks: readonly Break[]) => change(withChange(document, { breaks: breaks.length === 0 ? undefined : breaks }));
  const [first = ""] = Object.keys(document.sources ?? {});
  const names = rules.map(({ name }) => name);
  return (
    <>
      {rules.length === 0 && <p className="field-help">{w.edit.none}</p>}
      <ol className="entries">
        {rules.map((rule, at) => {
          const place = `breaks[${at}]`;
          const open = address.part === rule.name;
          return (
            <li key={rule.name} data-place={place} data-open={open || undefined} data-faulty={hasFault(faults, place) || undefined}>
              <div className="entry-head">
                <button type="button" className="entry-name" aria-expanded={open} onClick={() => adjust({ part: open ? undefined : rule.name })}>
                  {open ? <ChevronDown size={18} aria-hidden /> : <ChevronRight size={18} aria-hidden />}
                  <b>{rule.name}</b>
                  <span>
                    {w.breaks.places[rule.at]} · {rule.source}
                  </span>
                </button>
                <IconButton label={w.edit.up(rule.name)} disabled={at === 0} onClick={() => put(moved(rules, at, -1))}>
                  <ArrowUp size={18} aria-hidden />
                </IconButton>
                <IconButton label={w.edit.down(rule.name)} disabled={at === rules.length - 1} onClick={() => put(moved(rules, at, 1))}>
                  <ArrowDown size={18} aria-hidden />
                </IconButton>
                <IconButton label={w.edit.remove(rule.name)} onClick={() => put(rules.filter((_, index) => index !== at))}>
                  <Trash2 size={18} aria-hidden />
                </IconButton>
              </div>
              {open && (
                <div className="entry-form">
                  <Rename
                    label={w.edit.rename}
                    name={rule.name}
                    taken={names}
                    rename={(to) => {
                      change(renamedBreak(document, at, to));
                      adjust({ part: to });
                    }}
                  />
                  <BreakForm rule={rule} place={place} change={(next) => put(rules.map((one, index) => (index === at ? next : one)))} />
                </div>
              )}
            </li>
          );
        })}
      </ol>
      <Add
        label={w.breaks.new}
        action={w.breaks.add}
        taken={names}
        add={(name) => {
          put([...rules, { name, at: "tail", source: first }]);
          adjust({ part: name });
        }}
      />
    </>
  );
}

interface BreakFormProps {
  readonly rule: Break;
  readonly place: string;
  readonly change: (rule: Break) => void;
}

function BreakForm({ rule, place, change }: BreakFormProps) {
  const w = useWords();
  const { document } = useEdited();
  const set = (more: Change<Break>) => change(withChange(rule, more));
  const amount = rule.for !== undefined ? "for" : rule.pad !== undefined ? "pad" : "count";
  const sources = Object.keys(document.sources ?? {});
  return (
    <>
      <PlaceFault place={place} />
      <div className="form-pair">
        <SelectField label={w.breaks.at} place={`${place}.at`} value={rule.at} options={PLACES.map((at) => [at, w.breaks.places[at]] as const)} change={(at) => change(placed(rule, at))} />
        <SelectField label={w.breaks.source} place={`${place}.source`} value={rule.source} options={sources.map((one) => [one, one] as const)} change={(source) => set({ source })} />
        {!fills(rule.at) && (
          <SelectField
            label={w.breaks.amount}
            place={`${place}.amount`}
            value={amount}
            options={AMOUNTS.map((one) => [one, w.breaks.amounts[one]] as const)}
            change={(next) => set({ count: next === "count" ? 1 : undefined, for: next === "for" ? "2m" : undefined, pad: next === "pad" ? 15 : undefined })}
          />
        )}
        {rule.count !== undefined && <NumberField label={w.breaks.count} place={`${place}.count`} value={rule.count} change={(count) => set({ count: count ?? 1 })} />}
        {rule.for !== undefined && <LengthField label={w.breaks.for} place={`${place}.for`} value={rule.for} change={(length) => set({ for: length ?? "2m" })} />}
        {rule.pad !== undefined && (
          <SelectField label={w.breaks.pad} place={`${place}.pad`} value={String(rule.pad)} options={PADS.map((pad) => [String(pad), w.blocks.padTo(pad)] as const)} change={(pad) => set({ pad: Number(pad) })} />
        )}
        <OrderFields order={rule.order} place={`${place}.order`} usual="shuffle" change={(order) => set({ order })} />
      </div>
      {rule.at === "mid" && <PointsFields points={rule.points ?? {}} place={`${place}.points`} change={(points) => set({ points })} />}
      <Ties rule={rule} place={`${place}.only`} change={change} />
    </>
  );
}

interface PointsFieldsProps {
  readonly points: Points;
  readonly place: string;
  readonly change: (points: Points) => void;
}

function PointsFields({ points, place, change }: PointsFieldsProps) {
  const w = useWords();
  const set = (more: Change<Points>) => change(withChange(points, more));
  const by = points.by ?? "chapters";
  return (
    <>
      <div className="form-pair">
        <SelectField label={w.breaks.points} place={place} value={by} options={BY.map((one) => [one, w.breaks.by[one]] as const)} change={(next) => set({ by: next, every: next === "intervals" ? (points.every ?? "20m") : points.every })} />
        <LengthField label={w.breaks.every} place={`${place}.every`} value={points.every} change={(every) => set({ every })} />
        <LengthField label={w.breaks.first} place={`${place}.first`} value={points.first} change={(first) => set({ first })} />
        <LengthField label={w.breaks.last} place={`${place}.last`} value={points.last} change={(last) => set({ last })} />
        <NumberField label={w.breaks.most} place={`${place}.most`} value={points.most} change={(most) => set({ most })} />
      </div>
      {by !== "intervals" && (
        <CheckField
          label={w.breaks.orIntervals}
          place={`${place}.or_intervals`}
          value={points.or_intervals === true}
          change={(or) => set({ or_intervals: or || undefined, every: or ? (points.every ?? "20m") : points.every })}
        />
      )}
    </>
  );
}

function Ties({ rule, place, change }: BreakFormProps) {
  const w = useWords();
  const only = rule.only ?? {};
  const set = (more: Change<typeof only>) => {
    const next = pruned({ ...only, ...more });
    change(withChange(rule, { only: Object.keys(next).length === 0 ? undefined : (next as typeof only) }));
  };
  return (
    <details open={rule.only !== undefined || undefined}>
      <summary>{w.breaks.only}</summary>
      <div className="form-pair">
        <ListField label={w.breaks.shows} help={w.breaks.listHelp} place={`${place}.shows`} value={only.shows} change={(shows) => set({ shows })} />
        <ListField label={w.breaks.tags} help={w.breaks.listHelp} place={`${place}.tags`} value={only.tags} change={(tags) => set({ tags })} />
        <SelectField
          label={w.breaks.kind}
          place={`${place}.kind`}
          value={only.kind ?? ""}
          options={[["", w.breaks.anyKind] as const, ...KINDS.map((kind) => [kind, w.sources.itemKinds[kind]] as const)]}
          change={(kind) => set({ kind: kind === "" ? undefined : kind })}
        />
        <LengthField label={w.breaks.longer} place={`${place}.longer`} value={only.longer} change={(longer) => set({ longer })} />
        <TimeField label={w.breaks.from} place={`${place}.from`} value={only.from} change={(from) => set({ from })} />
        <TimeField label={w.breaks.until} place={`${place}.until`} value={only.until} change={(until) => set({ until })} />
      </div>
    </details>
  );
}
