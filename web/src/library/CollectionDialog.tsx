/** A collection as it is to be. A query is tried while it is written; a playlist is put in order. */
import { useMutation, useQueries, useQuery } from "@tanstack/react-query";
import { ArrowDown, ArrowUp, X } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { api, body } from "../api/client";
import { asProblem } from "../api/problem";
import { useText } from "../i18n";
import { Button, Failure, Field, IconButton } from "../ui";
import { Chips } from "../ui/Chips";
import { Modal } from "../ui/Modal";
import { again, detail, tried, type Collection, type Content } from "./api";

const TYPES = ["smart", "manual", "playlist", "group"] as const;
type Type = (typeof TYPES)[number];
type PlaylistEntry = Extract<Content, { type: "playlist" }>["entries"][number];

function empty(type: Type): Content {
  switch (type) {
    case "smart":
      return { type, query: "" };
    case "manual":
      return { type, items: [] };
    case "playlist":
      return { type, entries: [] };
    case "group":
      return { type, collections: [] };
  }
}

interface CollectionDialogProps {
  /** None: a new one. */
  readonly collection: Collection | null;
  readonly all: readonly Collection[];
  readonly close: () => void;
}

export function CollectionDialog({ collection, all, close }: CollectionDialogProps) {
  const t = useText();
  const [name, setName] = useState(collection?.name ?? "");
  const [content, setContent] = useState<Content>(collection?.content ?? empty("smart"));
  const save = useMutation({
    mutationFn: () =>
      collection
        ? body(api.POST("/api/v1/library/collections/{id}", { params: { path: { id: collection.id } }, body: { name, content, revision: collection.revision } }))
        : body(api.POST("/api/v1/library/collections", { body: { name, content } })),
    onSuccess: close,
    onSettled: again,
  });
  return (
    <Modal title={collection ? t.library.collections.edit(collection.name) : t.library.collections.add} close={close}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Field label={t.library.collections.name} value={name} required maxLength={200} onChange={(event) => setName(event.target.value)} />
        {!collection && <Chips legend={t.library.collections.type} name="collection-type" options={TYPES} chosen={content.type} choose={(type) => setContent(empty(type))} words={(type) => t.library.collections.types[type]} />}
        {content.type === "smart" && <QueryField query={content.query} change={(query) => setContent({ type: "smart", query })} />}
        {content.type === "manual" &&
          (content.items.length === 0 ? (
            <p className="field-help">{t.library.collections.byHand}</p>
          ) : (
            <Entries entries={content.items.map((item) => ({ item }))} all={all} sorted={false} change={(entries) => setContent({ type: "manual", items: entries.flatMap((entry) => ("item" in entry ? [entry.item] : [])) })} />
          ))}
        {content.type === "playlist" && (
          <>
            {content.entries.length === 0 && <p className="field-help">{t.library.collections.byHand}</p>}
            <Entries entries={content.entries} all={all} sorted change={(entries) => setContent({ type: "playlist", entries: [...entries] })} />
          </>
        )}
        {content.type === "group" && (
          <fieldset className="choice">
            <legend>{t.library.views.collections}</legend>
            {all
              .filter((one) => one.id !== collection?.id)
              .map((one) => (
                <label key={one.id} className="check">
                  <input
                    type="checkbox"
                    checked={content.collections.includes(one.id)}
                    onChange={() => setContent({ type: "group", collections: content.collections.includes(one.id) ? content.collections.filter((id) => id !== one.id) : [...content.collections, one.id] })}
                  />
                  <span>{one.name}</span>
                </label>
              ))}
          </fieldset>
        )}
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

/** A query, and what it means now. */
function QueryField({ query, change }: { readonly query: string; readonly change: (query: string) => void }) {
  const t = useText();
  const wanted = useDeferredValue(query);
  const { data, error, isFetching } = useQuery(tried(wanted));
  const wrong = error ? (asProblem(error).fields.query ?? asProblem(error).detail ?? asProblem(error).title) : undefined;
  return (
    <>
      <Field label={t.library.collections.query} help={t.library.collections.queryHelp} value={query} error={wrong} spellCheck={false} autoCapitalize="off" onChange={(event) => change(event.target.value)} />
      <p className="field-help" role="status">
        {wrong ? null : isFetching && !data ? t.library.collections.trying : data ? `${t.library.collections.fits(data.total)}${data.items.length > 0 ? `: ${data.items.map((item) => item.title).join(", ")}${data.total > data.items.length ? " …" : ""}` : ""}` : null}
      </p>
    </>
  );
}

interface EntriesProps {
  readonly entries: readonly PlaylistEntry[];
  readonly all: readonly Collection[];
  readonly sorted: boolean;
  readonly change: (entries: readonly PlaylistEntry[]) => void;
}

/** Entries that are named; of a long list only the first, since names are asked for one by one. */
const NAMED = 100;

function Entries({ entries, all, sorted, change }: EntriesProps) {
  const t = useText();
  const shown = entries.slice(0, NAMED);
  const ids = [...new Set(shown.flatMap((entry) => ("item" in entry ? [entry.item] : [])))];
  const titles = useQueries({ queries: ids.map((id) => ({ ...detail(id), retry: false })), combine: (results) => new Map(ids.map((id, at) => [id, results[at]?.data?.title])) });
  const name = (entry: PlaylistEntry) => ("item" in entry ? titles.get(entry.item) : all.find((one) => one.id === entry.collection)?.name) ?? t.library.collections.gone;
  const move = (at: number, by: number) => {
    const next = [...entries];
    const [one] = next.splice(at, 1);
    if (one) next.splice(at + by, 0, one);
    change(next);
  };
  return (
    <>
      <p className="field-help">{t.library.collections.entries(entries.length)}</p>
      <ol className="rows library-entries">
        {shown.map((entry, at) => (
          // An entry may come again: only its place names it.
          // oxlint-disable-next-line no-array-index-key
          <li key={at} className="row">
            <span className="row-words">{name(entry)}</span>
            {sorted && at > 0 && (
              <IconButton label={t.library.collections.up(name(entry))} onClick={() => move(at, -1)}>
                <ArrowUp aria-hidden />
              </IconButton>
            )}
            {sorted && at < entries.length - 1 && (
              <IconButton label={t.library.collections.down(name(entry))} onClick={() => move(at, 1)}>
                <ArrowDown aria-hidden />
              </IconButton>
            )}
            <IconButton label={t.library.collections.out(name(entry))} onClick={() => change(entries.filter((_, other) => other !== at))}>
              <X aria-hidden />
            </IconButton>
          </li>
        ))}
      </ol>
    </>
  );
}
