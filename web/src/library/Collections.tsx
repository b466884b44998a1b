/** Collections: what they are, what they give now, and changing them. */
import { useQuery } from "@tanstack/react-query";
import { Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { api } from "../api/client";
import { useText } from "../i18n";
import { RemoveDialog } from "../settings/RemoveDialog";
import { Button, Failure, IconButton, Skeleton } from "../ui";
import { again, collections, type Collection } from "./api";
import { CollectionDialog } from "./CollectionDialog";
import type { Go } from "./LibraryPage";

export function Collections({ go, programs }: { readonly go: Go; readonly programs: boolean }) {
  const t = useText();
  const { data, error, refetch } = useQuery(collections);
  const [editing, setEditing] = useState<Collection | "new" | null>(null);
  const [removing, setRemoving] = useState<Collection | null>(null);
  if (error && !data) return <Failure error={error} retry={() => void refetch()} />;
  return (
    <div className="library-list">
      <ul className="receivers" aria-busy={!data}>
        {!data && (
          <li className="receiver">
            <Skeleton width="16em" />
          </li>
        )}
        {data?.items.map((one) => (
          <li key={one.id} className="receiver">
            <div className="receiver-words">
              <p className="receiver-name">
                <Button look="quiet" onClick={() => go({ part: undefined, collection: one.id })}>
                  {one.name}
                </Button>
              </p>
              <p className="receiver-detail">
                {t.library.collections.types[one.content.type]} · {t.library.count(one.count)}
              </p>
              {one.content.type === "smart" && <p className="receiver-url">{one.content.query}</p>}
            </div>
            {programs && (
              <div className="source-actions">
                <IconButton label={t.library.collections.edit(one.name)} onClick={() => setEditing(one)}>
                  <Pencil aria-hidden />
                </IconButton>
                <IconButton label={t.library.collections.remove(one.name)} onClick={() => setRemoving(one)}>
                  <Trash2 aria-hidden />
                </IconButton>
              </div>
            )}
          </li>
        ))}
      </ul>
      {data?.items.length === 0 && <p className="list-empty">{t.library.collections.none}</p>}
      {programs && (
        <div className="actions">
          <Button look="main" onClick={() => setEditing("new")}>
            {t.library.collections.add}
          </Button>
        </div>
      )}
      {editing && <CollectionDialog collection={editing === "new" ? null : editing} all={data?.items ?? []} close={() => setEditing(null)} />}
      {removing && (
        <RemoveDialog
          name={removing.name}
          text={t.library.collections.removeText}
          remove={() => api.DELETE("/api/v1/library/collections/{id}", { params: { path: { id: removing.id } } })}
          removed={again}
          close={() => setRemoving(null)}
        />
      )}
    </div>
  );
}
