/** What the host says of an item, beside what its file says. */
import { useMutation } from "@tanstack/react-query";
import { useId, useState } from "react";
import { api, body } from "../api/client";
import { useText } from "../i18n";
import { Button, Failure, Field } from "../ui";
import { Modal } from "../ui/Modal";
import { KINDS } from "./address";
import { again, type Correction, type Detail } from "./api";

/** Fields as they are typed. */
type Draft = Record<"title" | "show" | "season" | "episode" | "year" | "age" | "tags" | "summary", string>;

function typed(value: string | number | null | undefined): string {
  return value === null || value === undefined ? "" : String(value);
}

function text(value: string): string | null {
  return value.trim() === "" ? null : value.trim();
}

function number(value: string): number | null {
  return /^\d+$/.test(value.trim()) ? Number(value) : null;
}

export function drafted(said: Correction): Draft {
  return {
    title: typed(said.title),
    show: typed(said.show),
    season: typed(said.season),
    episode: typed(said.episode),
    year: typed(said.year),
    age: typed(said.age),
    tags: said.tags?.join(", ") ?? "",
    summary: typed(said.summary),
  };
}

/** What was typed, laid over what was said before; what the form does not show stays. */
export function corrected(before: Correction, draft: Draft, kind: Correction["kind"]): Correction {
  const episode = number(draft.episode);
  return {
    ...before,
    kind: kind ?? null,
    title: text(draft.title),
    show: text(draft.show),
    season: number(draft.season),
    episode,
    last_episode: episode === before.episode ? (before.last_episode ?? null) : null,
    year: number(draft.year),
    age: number(draft.age),
    summary: text(draft.summary),
    tags: [...new Set(draft.tags.split(",").map((tag) => tag.trim()))].filter((tag) => tag !== ""),
  };
}

export function CorrectDialog({ item, close }: { readonly item: Detail; readonly close: () => void }) {
  const t = useText();
  const id = useId();
  const [draft, setDraft] = useState(() => drafted(item.correction));
  const [kind, setKind] = useState<Correction["kind"]>(item.correction.kind ?? null);
  const save = useMutation({
    mutationFn: () => body(api.POST("/api/v1/library/items/{id}", { params: { path: { id: item.id } }, body: corrected(item.correction, draft, kind) })),
    onSuccess: async () => {
      await again();
      close();
    },
  });
  const field = (name: keyof Draft, label: string, now: string | number | null | undefined, numeric = false) => (
    <Field
      label={label}
      value={draft[name]}
      placeholder={now === null || now === undefined ? "" : String(now)}
      inputMode={numeric ? "numeric" : undefined}
      pattern={numeric ? "[0-9]*" : undefined}
      onChange={(event) => setDraft({ ...draft, [name]: event.target.value })}
    />
  );
  return (
    <Modal title={t.library.correct.title} close={close}>
      <p className="field-help">{t.library.correct.text}</p>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <div className="field">
          <label htmlFor={`${id}-kind`}>{t.library.kind}</label>
          <select id={`${id}-kind`} className="select" value={kind ?? ""} onChange={(event) => setKind(KINDS.find((one) => one === event.target.value) ?? null)}>
            <option value="">{t.library.bulk.kindAsFile}</option>
            {KINDS.map((one) => (
              <option key={one} value={one}>
                {t.library.oneKind[one]}
              </option>
            ))}
          </select>
        </div>
        {field("title", t.library.correct.name, item.title)}
        {field("show", t.library.correct.show, item.show)}
        <div className="form-pair">
          {field("season", t.library.correct.season, item.season, true)}
          {field("episode", t.library.correct.episode, item.episode, true)}
          {field("year", t.library.correct.year, item.year, true)}
          {field("age", t.library.correct.age, item.age, true)}
        </div>
        {field("tags", t.library.correct.tags, "")}
        {field("summary", t.library.correct.summary, item.summary.slice(0, 80))}
        {save.error && <Failure error={save.error} />}
        <div className="actions">
          <Button look="main" type="submit" busy={save.isPending}>
            {t.common.save}
          </Button>
          <Button onClick={close}>{t.common.cancel}</Button>
        </div>
      </form>
    </Modal>
  );
}
