/** What is done with many items at once. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { api, body } from "../api/client";
import { useText } from "../i18n";
import { Button, Failure, Field } from "../ui";
import { Modal } from "../ui/Modal";
import { KINDS, type Kind } from "./address";
import { act, again, collections, type Action } from "./api";

interface BulkProps {
  readonly ids: readonly number[];
  readonly all: () => void;
  readonly none: () => void;
}

type Asking = "tag" | "untag" | "kind" | "forget" | "collection";

export function BulkBar({ ids, all, none }: BulkProps) {
  const t = useText();
  const [asking, setAsking] = useState<Asking | null>(null);
  const doing = useMutation({
    mutationFn: (action: Action) => act(ids, action),
    onSuccess: () => setAsking(null),
    onSettled: again,
  });
  return (
    <div className="bulk" role="group" aria-label={t.library.bulk.label}>
      <p role="status">{doing.data === undefined ? t.library.selected(ids.length) : t.library.changed(doing.data)}</p>
      <Button look="quiet" onClick={all}>
        {t.library.selectAll}
      </Button>
      <Button look="quiet" onClick={none}>
        {t.library.selectNone}
      </Button>
      <Button onClick={() => setAsking("tag")}>{t.library.bulk.tag}</Button>
      <Button onClick={() => setAsking("untag")}>{t.library.bulk.untag}</Button>
      <Button onClick={() => setAsking("kind")}>{t.library.bulk.kind}</Button>
      <Button onClick={() => setAsking("collection")}>{t.library.bulk.toCollection}</Button>
      <Button busy={doing.isPending} onClick={() => doing.mutate({ do: "hide" })}>
        {t.library.bulk.hide}
      </Button>
      <Button busy={doing.isPending} onClick={() => doing.mutate({ do: "show" })}>
        {t.library.bulk.show}
      </Button>
      <Button busy={doing.isPending} onClick={() => doing.mutate({ do: "probe" })}>
        {t.library.bulk.probe}
      </Button>
      <Button onClick={() => setAsking("forget")}>{t.library.bulk.forget}</Button>
      {doing.error && <Failure error={doing.error} />}
      {(asking === "tag" || asking === "untag") && (
        <TagDialog
          title={asking === "tag" ? t.library.bulk.tag : t.library.bulk.untag}
          done={(tag) => doing.mutate(asking === "tag" ? { do: "tag", add: [tag] } : { do: "tag", remove: [tag] })}
          close={() => setAsking(null)}
        />
      )}
      {asking === "kind" && <KindDialog done={(kind) => doing.mutate({ do: "kind", kind })} close={() => setAsking(null)} />}
      {asking === "collection" && <CollectionDialog ids={ids} close={() => setAsking(null)} />}
      {asking === "forget" && (
        <Modal title={t.library.bulk.forget} close={() => setAsking(null)}>
          <p>{t.library.bulk.forgetText}</p>
          <div className="actions">
            <Button look="danger" busy={doing.isPending} onClick={() => doing.mutate({ do: "forget" })}>
              {t.library.bulk.forget}
            </Button>
            <Button onClick={() => setAsking(null)}>{t.common.cancel}</Button>
          </div>
        </Modal>
      )}
    </div>
  );
}

function TagDialog({ title, done, close }: { readonly title: string; readonly done: (tag: string) => void; readonly close: () => void }) {
  const t = useText();
  const [tag, setTag] = useState("");
  return (
    <Modal title={title} close={close}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (tag.trim() !== "") done(tag.trim());
        }}
      >
        <Field label={t.library.bulk.tagName} value={tag} required maxLength={500} onChange={(event) => setTag(event.target.value)} />
        <Button look="main" type="submit">
          {title}
        </Button>
      </form>
    </Modal>
  );
}

function KindDialog({ done, close }: { readonly done: (kind: Kind | null) => void; readonly close: () => void }) {
  const t = useText();
  return (
    <Modal title={t.library.bulk.kind} close={close}>
      <div className="actions">
        {KINDS.map((kind) => (
          <Button key={kind} onClick={() => done(kind)}>
            {t.library.oneKind[kind]}
          </Button>
        ))}
        <Button onClick={() => done(null)}>{t.library.bulk.kindAsFile}</Button>
      </div>
    </Modal>
  );
}

/** Puts items into a collection made by hand or a playlist, or into a new one. */
function CollectionDialog({ ids, close }: { readonly ids: readonly number[]; readonly close: () => void }) {
  const t = useText();
  const id = useId();
  const { data } = useQuery(collections);
  const [into, setInto] = useState("");
  const [name, setName] = useState("");
  const mine = data?.items.filter(({ content }) => content.type === "manual" || content.type === "playlist") ?? [];
  const put = useMutation({
    mutationFn: async () => {
      const target = mine.find((one) => String(one.id) === into);
      if (!target) return body(api.POST("/api/v1/library/collections", { body: { name, content: { type: "manual", items: [...ids] } } }));
      const { content } = target;
      const next =
        content.type === "playlist"
          ? { ...content, entries: [...content.entries, ...ids.map((item) => ({ item }))] }
          : content.type === "manual"
            ? { ...content, items: [...new Set([...content.items, ...ids])] }
            : content;
      return body(api.POST("/api/v1/library/collections/{id}", { params: { path: { id: target.id } }, body: { name: target.name, revision: target.revision, content: next } }));
    },
    onSuccess: close,
    onSettled: again,
  });
  return (
    <Modal title={t.library.bulk.toCollection} close={close}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          put.mutate();
        }}
      >
        <div className="field">
          <label htmlFor={`${id}-into`}>{t.library.views.collections}</label>
          <select id={`${id}-into`} className="select" value={into} onChange={(event) => setInto(event.target.value)}>
            <option value="">{t.library.collections.add}</option>
            {mine.map((one) => (
              <option key={one.id} value={one.id}>
                {one.name}
              </option>
            ))}
          </select>
        </div>
        {into === "" && <Field label={t.library.collections.name} value={name} required maxLength={200} onChange={(event) => setName(event.target.value)} />}
        {put.error && <Failure error={put.error} />}
        <Button look="main" type="submit" busy={put.isPending}>
          {t.library.bulk.toCollection}
        </Button>
      </form>
    </Modal>
  );
}
