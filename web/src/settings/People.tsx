/** Who may come in, and as what. Nobody gives more than he has: the station says whom this person may change. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link2, ShieldCheck, Trash2 } from "lucide-react";
import { useId, useState, type FormEvent } from "react";
import { api, body } from "../api/client";
import { asProblem } from "../api/problem";
import { people, queryClient } from "../api/queries";
import type { Person } from "../api/types";
import { useLanguage, useText } from "../i18n";
import { date, dateTime } from "../i18n/format";
import { Button, Failure, Field, IconButton, Skeleton } from "../ui";
import { Modal } from "../ui/Modal";
import { CopyLine } from "./CopyLine";
import { ProfileDialog, profileWords } from "./ProfileDialog";
import { RemoveDialog } from "./RemoveDialog";
import { RoleSelect, roleName } from "./roles";

/** A guest stays for one of these (hours); 0: for good. */
const GUEST_HOURS = [0, 24, 24 * 7, 24 * 30] as const;

const again = () => queryClient.invalidateQueries({ queryKey: people.queryKey });

export function People() {
  const t = useText();
  const { data, error, refetch, isPending } = useQuery(people);
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<Person | null>(null);
  const [inviting, setInviting] = useState<Person | null>(null);
  const [minding, setMinding] = useState<Person | null>(null);
  if (error && !data) return <Failure error={error} retry={() => void refetch()} />;
  return (
    <>
      <p className="lead">{t.settings.peopleText}</p>
      <ul className="rows" aria-busy={isPending}>
        {isPending && (
          <li className="row">
            <Skeleton width="12em" />
          </li>
        )}
        {data?.items.map((person) => (
          <PersonRow
            key={person.id}
            person={person}
            remove={() => setRemoving(person)}
            invite={() => setInviting(person)}
            mind={() => setMinding(person)}
          />
        ))}
      </ul>
      <Button look="main" onClick={() => setAdding(true)}>
        {t.settings.addPerson}
      </Button>
      {adding && <AddDialog close={() => setAdding(false)} added={setInviting} />}
      {removing && (
        <RemoveDialog
          name={removing.name}
          text={t.settings.removePersonText}
          remove={() => api.DELETE("/api/v1/people/{id}", { params: { path: { id: removing.id } } })}
          removed={again}
          close={() => setRemoving(null)}
        />
      )}
      {minding && <ProfileDialog person={minding} saved={again} close={() => setMinding(null)} />}
      {inviting && <LinkDialog person={inviting} close={() => setInviting(null)} />}
    </>
  );
}

interface RowProps {
  readonly person: Person;
  readonly remove: () => void;
  readonly invite: () => void;
  readonly mind: () => void;
}

function PersonRow({ person, remove, invite, mind }: RowProps) {
  const t = useText();
  const locale = useLanguage();
  const change = useMutation({
    mutationFn: (role: string) => body(api.POST("/api/v1/people/{id}/role", { params: { path: { id: person.id } }, body: { role } })),
    onSettled: again,
  });
  return (
    <li className="row">
      <div className="row-words">
        <p className="row-name">{person.name}</p>
        <p className="row-detail">
          {person.may_change ? t.settings.since(date(person.created_ms, locale)) : roleName(t, person.role)}
          {person.expires_ms && ` · ${t.settings.guestUntil(dateTime(person.expires_ms, locale))}`}
          {person.profile && ` · ${profileWords(t, person.profile)}`}
        </p>
        {change.error && <p className="field-error">{asProblem(change.error).message}</p>}
      </div>
      {person.may_change && (
        <div className="row-actions">
          <RoleSelect
            label={t.settings.roleOf(person.name)}
            value={change.variables && change.isPending ? change.variables : person.role}
            choose={(role) => change.mutate(role)}
          />
          {person.profile && (
            <IconButton label={t.settings.profileOf(person.name)} onClick={mind}>
              <ShieldCheck aria-hidden />
            </IconButton>
          )}
          <IconButton label={t.settings.linkFor(person.name)} onClick={invite}>
            <Link2 aria-hidden />
          </IconButton>
          <IconButton label={`${t.common.remove}: ${person.name}`} onClick={remove}>
            <Trash2 aria-hidden />
          </IconButton>
        </div>
      )}
    </li>
  );
}

function AddDialog({ close, added }: { readonly close: () => void; readonly added: (person: Person) => void }) {
  const t = useText();
  const [name, setName] = useState("");
  const [role, setRole] = useState("viewer");
  const [hours, setHours] = useState(0);
  const stays = useId();
  const add = useMutation({
    mutationFn: () => body(api.POST("/api/v1/people", { body: { name: name.trim(), role, ...(hours > 0 ? { expires_hours: hours } : {}) } })),
    onSuccess: async (person) => {
      await again();
      close();
      added(person);
    },
  });
  const problem = add.error ? asProblem(add.error) : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  return (
    <Modal title={t.settings.addPerson} close={close}>
      <form className="form" onSubmit={submit}>
        <Field
          label={t.signIn.name}
          error={problem?.fields["name"] ?? (problem ? problem.message : undefined)}
          required
          maxLength={64}
          autoComplete="off"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <RoleSelect label={t.settings.role} value={role} choose={setRole} shown />
        <div className="field">
          <label htmlFor={stays}>{t.settings.stays}</label>
          <select id={stays} className="select" value={hours} onChange={(event) => setHours(Number(event.target.value))}>
            {GUEST_HOURS.map((each) => (
              <option key={each} value={each}>
                {each === 0 ? t.settings.staysForGood : t.settings.days(each / 24)}
              </option>
            ))}
          </select>
        </div>
        <p className="field-help">{hours > 0 ? t.settings.guestText : t.settings.addPersonText}</p>
        <div className="actions">
          <Button look="main" type="submit" busy={add.isPending}>
            {t.settings.addPerson}
          </Button>
          <Button onClick={close}>{t.common.cancel}</Button>
        </div>
      </form>
    </Modal>
  );
}

function LinkDialog({ person, close }: { readonly person: Person; readonly close: () => void }) {
  const t = useText();
  const locale = useLanguage();
  const link = useQuery({
    queryKey: ["link", person.id],
    queryFn: () => body(api.POST("/api/v1/people/{id}/link", { params: { path: { id: person.id } } })),
    // Each is good once: another dialog makes another.
    gcTime: 0,
    staleTime: Infinity,
    refetchOnWindowFocus: false,
  });
  return (
    <Modal title={t.settings.linkTitle(person.name)} close={close}>
      {link.error && <Failure error={link.error} retry={() => void link.refetch()} />}
      {link.data && (
        <>
          <p>{person.expires_ms ? t.settings.guestLinkText(dateTime(person.expires_ms, locale)) : t.settings.linkText(Math.round(link.data.expires_s / 60))}</p>
          <CopyLine text={`${location.origin}${link.data.path}`} />
        </>
      )}
      <div className="actions">
        <Button onClick={close}>{t.common.close}</Button>
      </div>
    </Modal>
  );
}
