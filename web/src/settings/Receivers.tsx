/** The receivers, how each is, and what can be done about it. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Trash2 } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { api } from "../api/client";
import { live } from "../api/live";
import { queryClient, receivers } from "../api/queries";
import type { Receiver } from "../api/types";
import { useText } from "../i18n";
import { Failure, IconButton, Skeleton } from "../ui";
import { RemoveDialog } from "./RemoveDialog";

const LOOK_AGAIN_MS = 5_000;

export function Receivers() {
  const t = useText();
  const { data, error, refetch, isPending } = useQuery({ ...receivers, refetchInterval: LOOK_AGAIN_MS });
  const [removing, setRemoving] = useState<Receiver | null>(null);
  const add = useRef<HTMLAnchorElement>(null);
  useEffect(() => live.subscribe("receivers", () => void queryClient.invalidateQueries({ queryKey: receivers.queryKey })), []);
  if (error && !data) return <Failure error={error} retry={() => void refetch()} />;
  return (
    <>
      <p className="lead">{t.settings.receiversText}</p>
      <ul className="receivers" aria-busy={isPending}>
        {isPending && (
          <li className="receiver">
            <Skeleton width="12em" /> <Skeleton width="20em" />
          </li>
        )}
        {data?.items.map((receiver) => (
          <ReceiverRow key={receiver.id} receiver={receiver} remove={() => setRemoving(receiver)} />
        ))}
      </ul>
      {data?.items.length === 0 && <p className="list-empty">{t.settings.noReceivers}</p>}
      <Link ref={add} to="/welcome" search={{ step: "source" }} className="button button-main">
        {t.settings.addReceiver}
      </Link>
      {removing && (
        <RemoveDialog
          name={removing.name}
          text={t.settings.removeText}
          remove={() => api.DELETE("/api/v1/receivers/{id}", { params: { path: { id: removing.id } } })}
          removed={() => queryClient.invalidateQueries()}
          close={() => {
            setRemoving(null);
            // The row's button may be gone with its row; the focus must not be.
            setTimeout(() => {
              if (document.activeElement === document.body) add.current?.focus();
            });
          }}
        />
      )}
    </>
  );
}

function ReceiverRow({ receiver, remove }: { readonly receiver: Receiver; readonly remove: () => void }) {
  const t = useText();
  const facts = [
    receiver.model,
    receiver.tuners ? t.welcome.found.tuners(receiver.tuners) : null,
    receiver.channels > 0 ? t.watch.count(receiver.channels) : null,
  ].filter((fact) => fact !== null && fact !== undefined);
  const fine = receiver.state === "ok" || receiver.state === "loading";
  return (
    <li className="receiver" data-state={receiver.state}>
      <div className="receiver-words">
        <p className="receiver-name">{receiver.name}</p>
        <p className="receiver-url">{receiver.url}</p>
        <p className="receiver-state">
          <span className="dot" aria-hidden />
          {t.receiver.state[receiver.state]}
          {facts.length > 0 && fine && <span> · {facts.join(" · ")}</span>}
        </p>
        {!fine && <p className="receiver-advice">{t.receiver.advice[receiver.state]}</p>}
        {!fine && receiver.message && <p className="receiver-detail">{receiver.message}</p>}
        {receiver.source === "file" && <p className="receiver-detail">{t.settings.fromFile}</p>}
      </div>
      {receiver.source === "store" && (
        <IconButton label={`${t.common.remove}: ${receiver.name}`} onClick={remove}>
          <Trash2 aria-hidden />
        </IconButton>
      )}
    </li>
  );
}
