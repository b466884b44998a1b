/** Players and media servers in the house: an address for each, shown once with its picture for a camera; when it was last used; and the end of it. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useState, type FormEvent } from "react";
import { api, body } from "../api/client";
import { asProblem } from "../api/problem";
import { players, queryClient } from "../api/queries";
import type { Player } from "../api/types";
import { useLanguage, useText } from "../i18n";
import { date, dateTime } from "../i18n/format";
import { Button, Failure, Field, IconButton } from "../ui";
import { Chips } from "../ui/Chips";
import { Modal } from "../ui/Modal";
import { QrCode } from "../ui/QrCode";
import { CopyLine } from "./CopyLine";
import { RemoveDialog } from "./RemoveDialog";

const KINDS = ["kodi", "jellyfin", "plex", "tivimate", "other"] as const;
type Kind = (typeof KINDS)[number];
const DAYS = [30, 365] as const;

export function Devices() {
  const t = useText();
  const locale = useLanguage();
  const { data, error, refetch } = useQuery(players);
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<Player | null>(null);
  return (
    <>
      <p className="lead">{t.devices.text}</p>
      {error && !data && <Failure error={error} retry={() => void refetch()} />}
      {data?.items.length === 0 && <p className="field-help">{t.devices.none}</p>}
      <ul className="rows">
        {data?.items.map((player) => (
          <li key={player.id} className="row">
            <div className="row-words">
              <p className="row-name">{player.name}</p>
              <p className="row-detail">
                {kindName(t.devices.other, player.kind)}
                {" · "}
                {player.expires_ms ? t.settings.until(date(player.expires_ms, locale)) : t.settings.forEver}
                {" · "}
                {player.last_used_ms ? t.settings.lastUsed(dateTime(player.last_used_ms, locale)) : t.settings.neverUsed}
              </p>
            </div>
            <IconButton label={`${t.common.remove}: ${player.name}`} onClick={() => setRevoking(player)}>
              <Trash2 aria-hidden />
            </IconButton>
          </li>
        ))}
      </ul>
      <div className="actions">
        <Button look="main" onClick={() => setMaking(true)}>
          {t.devices.add}
        </Button>
      </div>
      {making && <AddDialog close={() => setMaking(false)} />}
      {revoking && (
        <RemoveDialog
          name={revoking.name}
          text={t.devices.removeText}
          remove={() => api.DELETE("/api/v1/account/players/{id}", { params: { path: { id: revoking.id } } })}
          removed={() => queryClient.invalidateQueries({ queryKey: players.queryKey })}
          close={() => setRevoking(null)}
        />
      )}
    </>
  );
}

/** Programs are called the same in all languages. */
function kindName(other: string, kind: string): string {
  const names: Readonly<Record<string, string>> = { kodi: "Kodi", jellyfin: "Jellyfin", plex: "Plex", tivimate: "TiviMate" };
  return names[kind] ?? other;
}

/** The addresses that a program asks for, in the order in which it does. Plex finds channels as a network tuner and reads no list. */
function addresses(made: { readonly kind: string }): readonly ("channels" | "guide" | "tuner")[] {
  return made.kind === "plex" ? ["tuner", "guide"] : ["channels", "guide", "tuner"];
}

function AddDialog({ close }: { readonly close: () => void }) {
  const t = useText();
  const [name, setName] = useState("");
  const [kind, setKind] = useState<Kind>("kodi");
  const [days, setDays] = useState<number | null>(null);
  const make = useMutation({
    mutationFn: () =>
      body(
        api.POST("/api/v1/account/players", {
          body: { name: name.trim(), kind, ...(days === null ? {} : { expires_days: days }) },
        }),
      ),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: players.queryKey }),
  });
  const problem = make.error ? asProblem(make.error) : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  if (make.data) {
    return (
      <Modal title={make.data.name} close={close}>
        <p>{t.devices.once}</p>
        {make.data.kind !== "other" && <p>{t.devices.fitted(kindName(t.devices.other, make.data.kind))}</p>}
        {addresses(make.data).map((which) => (
          <section key={which}>
            <h3>{t.devices[which]}</h3>
            <CopyLine text={make.data[`${which}_url`]} />
          </section>
        ))}
        {make.data.kind !== "plex" && <QrCode text={make.data.channels_url} label={t.devices.picture} />}
        <div className="actions">
          <Button look="main" onClick={close}>
            {t.common.close}
          </Button>
        </div>
      </Modal>
    );
  }
  return (
    <Modal title={t.devices.add} close={close}>
      <form className="form" onSubmit={submit}>
        <Field
          label={t.devices.name}
          help={t.devices.nameHelp}
          error={problem?.fields["name"]}
          required
          maxLength={64}
          autoComplete="off"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <Chips legend={t.devices.kind} name="kind" options={KINDS} chosen={kind} choose={setKind} words={(one) => kindName(t.devices.other, one)} />
        <Chips
          legend={t.settings.tokenDays}
          name="days"
          options={[...DAYS, null]}
          chosen={days}
          choose={setDays}
          words={(one) => (one === null ? t.settings.forEver : t.settings.days(one))}
        />
        {problem && !problem.fields["name"] && (
          <p role="alert" className="field-error">
            {problem.message}
          </p>
        )}
        <div className="actions">
          <Button look="main" type="submit" busy={make.isPending}>
            {t.devices.make}
          </Button>
          <Button onClick={close}>{t.common.cancel}</Button>
        </div>
      </form>
    </Modal>
  );
}
