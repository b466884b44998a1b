/** What the guide says, of a channel, a block or a step. */
import type { GuideTexts, Merge } from "../../api/stations";
import { withChange, type Change } from "../document";
import { useWords } from "../text";
import { NumberField, SelectField, TextField, useEdited } from "./fields";

const MERGES: readonly Merge[] = ["no", "show", "block", "parts"];

interface GuideFieldsProps {
  readonly guide: GuideTexts | undefined;
  readonly place: string;
  /** Undefined: nothing is said. */
  readonly change: (guide: GuideTexts | undefined) => void;
}

const NOTHING: GuideTexts = {};

function text(value: string): string | undefined {
  return value === "" ? undefined : value;
}

export function GuideFields({ guide = NOTHING, place, change }: GuideFieldsProps) {
  const w = useWords();
  const set = (more: Change<GuideTexts>) => {
    const next = withChange(guide, more);
    change(Object.keys(next).length === 0 ? undefined : next);
  };
  return (
    <div className="form-column">
      <div className="form-pair">
        <TextField label={w.guide.title} place={`${place}.title`} value={guide.title ?? ""} change={(title) => set({ title: text(title) })} />
        <TextField label={w.guide.subtitle} place={`${place}.subtitle`} value={guide.subtitle ?? ""} change={(subtitle) => set({ subtitle: text(subtitle) })} />
      </div>
      <TextField label={w.guide.description} help={w.guide.help} place={`${place}.description`} lines={2} value={guide.description ?? ""} change={(description) => set({ description: text(description) })} />
      <div className="form-pair">
        <SelectField
          label={w.guide.hide}
          place={`${place}.hide`}
          value={guide.hide === undefined ? "" : guide.hide ? "hidden" : "shown"}
          options={[
            ["", w.edit.optional],
            ["shown", w.guide.shown],
            ["hidden", w.guide.hidden],
          ]}
          change={(hide) => set({ hide: hide === "" ? undefined : hide === "hidden" })}
        />
        <SelectField
          label={w.guide.merge}
          place={`${place}.merge`}
          value={guide.merge ?? ""}
          options={[["", w.edit.optional] as const, ...MERGES.map((one) => [one, w.guide.merges[one]] as const)]}
          change={(merge) => set({ merge: merge === "" ? undefined : merge })}
        />
        <NumberField label={w.guide.age} place={`${place}.age`} value={guide.age} change={(age) => set({ age })} />
        <TextField label={w.guide.filler} help={w.guide.fillerHelp} place={`${place}.filler`} value={guide.filler ?? ""} change={(filler) => set({ filler: text(filler) })} />
      </div>
    </div>
  );
}

export function GuideForm() {
  const { document, change } = useEdited();
  return <GuideFields guide={document.guide} place="guide" change={(guide) => change(withChange(document, { guide }))} />;
}
