/** Keeps what is looked for, under a name. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { BookmarkCheck, BookmarkPlus } from "lucide-react";
import { useState, type FormEvent } from "react";
import { api, body } from "../api/client";
import { queryClient, searches } from "../api/queries";
import type { Channel } from "../api/types";
import { useText } from "../i18n";
import { useAccount } from "../shell/station";
import { Button, Failure, Field } from "../ui";
import { Modal } from "../ui/Modal";
import type { Address } from "./address";
import { inWords, isSame, wordsOf } from "./searches";

interface SaveProps {
  readonly address: Address;
  readonly byId: ReadonlyMap<string, Channel>;
}

export function SaveSearch({ address, byId }: SaveProps) {
  const t = useText();
  const account = useAccount();
  const { data } = useQuery({ ...searches, enabled: account !== null });
  const [open, setOpen] = useState(false);
  if (!account || !address.q || !data) return null;
  const kept = data.items.find(({ wanted }) => isSame(wanted, wordsOf(address)));
  return (
    <>
      <Button className="guide-save" look="quiet" disabled={kept !== undefined} onClick={() => !kept && setOpen(true)}>
        {kept ? <BookmarkCheck size={18} aria-hidden /> : <BookmarkPlus size={18} aria-hidden />}
        {kept ? `${t.searches.saved}: ${kept.name}` : t.searches.save}
      </Button>
      {open && <SaveDialog address={address} byId={byId} close={() => setOpen(false)} />}
    </>
  );
}

function SaveDialog({ address, byId, close }: SaveProps & { readonly close: () => void }) {
  const t = useText();
  const wanted = wordsOf(address);
  const [name, setName] = useState(address.q ?? "");
  const save = useMutation({
    mutationFn: () => body(api.POST("/api/v1/account/searches", { body: { name, wanted } })),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: searches.queryKey });
      close();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!save.isPending) save.mutate();
  };
  return (
    <Modal title={t.searches.save} close={close}>
      <form className="form" onSubmit={submit}>
        <p className="lead">{inWords(t, wanted, byId)}</p>
        <Field label={t.searches.saveAs} value={name} maxLength={64} required autoComplete="off" onChange={({ target }) => setName(target.value)} />
        {save.error && <Failure error={save.error} />}
        <div className="actions">
          <Button look="main" type="submit" busy={save.isPending}>
            {t.common.save}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
