/** Folders, how they fare, and adding one. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { api, body } from "../api/client";
import { asProblem } from "../api/problem";
import { useText } from "../i18n";
import { RemoveDialog } from "../settings/RemoveDialog";
import { Button, Failure, Field, IconButton, Skeleton } from "../ui";
import { Modal } from "../ui/Modal";
import { again, folders, type Folder } from "./api";

export function Folders({ administers }: { readonly administers: boolean }) {
  const t = useText();
  const { data, error, refetch } = useQuery(folders);
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<Folder | null>(null);
  if (error && !data) return <Failure error={error} retry={() => void refetch()} />;
  return (
    <div className="library-list">
      <ul className="receivers" aria-busy={!data}>
        {!data && (
          <li className="receiver">
            <Skeleton width="16em" />
          </li>
        )}
        {data?.items.map((folder) => (
          <li key={folder.name} className="receiver" data-state={folder.missing ? "failed" : folder.looked ? "ok" : "loading"}>
            <div className="receiver-words">
              <p className="receiver-name">{folder.name}</p>
              <p className="receiver-url">{folder.path}</p>
              <p className="receiver-state">
                <span className="dot" aria-hidden />
                {folder.missing ? t.library.folders.missing : folder.looked ? t.library.folders.files(folder.files) : t.library.folders.waiting}
              </p>
              {folder.unread.length > 0 && <p className="receiver-advice">{t.library.folders.unread(folder.unread.join(", "))}</p>}
              {folder.too_much && <p className="receiver-advice">{t.library.folders.tooMuch}</p>}
              {folder.id === null && <p className="receiver-detail">{t.library.folders.ofFile}</p>}
            </div>
            {administers && folder.id !== null && (
              <IconButton label={`${t.common.remove}: ${folder.name}`} onClick={() => setRemoving(folder)}>
                <Trash2 aria-hidden />
              </IconButton>
            )}
          </li>
        ))}
      </ul>
      {data?.items.length === 0 && <p className="list-empty">{t.library.folders.none}</p>}
      {administers && (
        <div className="actions">
          <Button look={data?.items.length === 0 ? "main" : "plain"} onClick={() => setAdding(true)}>
            {t.library.addFolder}
          </Button>
          {data?.items.some(({ files }) => files > 0) && (
            <Link to="/channels/new" className="button button-main">
              {t.library.folders.channel}
            </Link>
          )}
        </div>
      )}
      {adding && <AddFolder close={() => setAdding(false)} />}
      {removing && (
        <RemoveDialog
          name={removing.name}
          text={t.library.folders.removeText}
          remove={() => api.DELETE("/api/v1/library/folders/{id}", { params: { path: { id: removing.id ?? "" } } })}
          removed={again}
          close={() => setRemoving(null)}
        />
      )}
    </div>
  );
}

function AddFolder({ close }: { readonly close: () => void }) {
  const t = useText();
  const [path, setPath] = useState("");
  const [name, setName] = useState("");
  const add = useMutation({
    mutationFn: () => body(api.POST("/api/v1/library/folders", { body: { path, name } })),
    onSuccess: async () => {
      await again();
      close();
    },
  });
  return (
    <Modal title={t.library.addFolder} close={close}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          add.mutate();
        }}
      >
        <Field label={t.library.folders.path} help={t.library.folders.pathHelp} value={path} placeholder="/srv/media" required onChange={(event) => setPath(event.target.value)} error={add.error ? (asProblem(add.error).detail ?? undefined) : undefined} />
        <Field label={t.library.folders.name} help={t.library.folders.nameHelp} value={name} onChange={(event) => setName(event.target.value)} />
        <Button look="main" type="submit" busy={add.isPending}>
          {t.library.addFolder}
        </Button>
      </form>
    </Modal>
  );
}
