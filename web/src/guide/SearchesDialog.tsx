/** Searches that this account keeps: run, renamed, removed. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Pencil, Search, Trash2 } from "lucide-react";
import { useEffect, useRef, useState, type FormEvent } from "react";
import { api } from "../api/client";
import { queryClient, searches } from "../api/queries";
import type { Channel, SavedSearch } from "../api/types";
import { useText } from "../i18n";
import { Button, Failure, Field, IconButton } from "../ui";
import { Modal } from "../ui/Modal";
import type { Change } from "./address";
import { addressOf, inWords } from "./searches";

interface DialogProps {
  readonly byId: ReadonlyMap<string, Channel>;
  readonly adjust: (change: Change) => void;
  readonly close: () => void;
}

function again(): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: searches.queryKey });
}

export function SearchesDialog({ byId, adjust, close }: DialogProps) {
  const t = useText();
  const { data, error, refetch } = useQuery(searches);
  const list = useRef<HTMLUListElement>(null);
  const [renaming, setRenaming] = useState<string | null>(null);
  const remove = useMutation({
    mutationFn: (id: string) => api.DELETE("/api/v1/account/searches/{id}", { params: { path: { id } } }),
    onSettled: again,
  });
  const items = data?.items ?? [];
  return (
    <Modal title={t.searches.title} close={close}>
      {data && <p className="lead">{items.length === 0 ? t.searches.none : t.searches.text}</p>}
      {error && !data && <Failure error={error} retry={() => void refetch()} />}
      {remove.error && <Failure error={remove.error} />}
      <ul ref={list} className="guide-searches" tabIndex={-1} aria-label={t.searches.title}>
        {items.map((search) => (
          <li key={search.id} className="row">
            {renaming === search.id ? (
              <Rename
                search={search}
                done={async () => {
                  await again();
                  setRenaming(null);
                  list.current?.focus();
                }}
              />
            ) : (
              <>
                <button
                  type="button"
                  className="guide-search-run"
                  onClick={() => {
                    adjust(addressOf(search.wanted));
                    close();
                  }}
                >
                  <Search size={18} aria-hidden />
                  <span className="row-words">
                    <span className="row-name">{search.name}</span>{" "}
                    <span className="row-detail">{inWords(t, search.wanted, byId)}</span>
                  </span>
                </button>
                <IconButton label={t.searches.rename(search.name)} onClick={() => setRenaming(search.id)}>
                  <Pencil size={18} aria-hidden />
                </IconButton>
                <IconButton
                  label={t.searches.remove(search.name)}
                  onClick={() => {
                    remove.mutate(search.id);
                    // The button goes with its row; the focus must not.
                    list.current?.focus();
                  }}
                >
                  <Trash2 size={18} aria-hidden />
                </IconButton>
              </>
            )}
          </li>
        ))}
      </ul>
    </Modal>
  );
}

function Rename({ search, done }: { readonly search: SavedSearch; readonly done: () => Promise<void> }) {
  const t = useText();
  const [name, setName] = useState(search.name);
  const form = useRef<HTMLFormElement>(null);
  // Whoever has just chosen to rename it types next.
  useEffect(() => form.current?.querySelector("input")?.select(), []);
  const rename = useMutation({
    mutationFn: () => api.POST("/api/v1/account/searches/{id}", { params: { path: { id: search.id } }, body: { name } }),
    onSuccess: done,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!rename.isPending) rename.mutate();
  };
  return (
    <form ref={form} className="guide-rename" onSubmit={submit}>
      <Field
        label={t.searches.saveAs}
        value={name}
        maxLength={64}
        required
        autoComplete="off"
        onChange={({ target }) => setName(target.value)}
      />
      <Button look="main" type="submit" busy={rename.isPending}>
        {t.common.save}
      </Button>
      {rename.error && <Failure error={rename.error} />}
    </form>
  );
}
