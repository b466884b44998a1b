/** Who may come in, and as what. Nobody gives more than he has: the station says whom this person may change. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link2, Trash2 } from "lucide-react";
import { useState, type FormEvent } from "react";
import { api, body } from "../api/client";
import { asProblem } from "../api/problem";
import { people, queryClient } from "../api/queries";
import type { Person } from "../api/types";
import { useLanguage, useText } from "../i18n";
import { date } from "../i18n/format";
import { Button, Failure, Field, IconButton, Skeleton } from "../ui";
import { Modal } from "../ui/Modal";
import { CopyLine } from "./CopyLine";
import { RemoveDialog } from "./RemoveDialog";
import { RoleSelect, roleName } from "./roles";

const again = () => queryClient.invalidateQueries({ queryKey: people.queryKey });

export function People() {
  const t = useText();
  const { data, error, refetch, isPending } = useQuery(people);
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<Person | null>(null);
  const [inviting, setInviting] = useState<Person | null>(null);
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
          <PersonRow key={person.id} person={person} remove={() => setRemoving(person)} invite={() => setInviting(person)} />
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
      {inviting && <LinkDialog person={inviting} close={() => setInviting(null)} />}
    </>
  );
}

interface RowProps {
  readonly person: Person;
  readonly remove: () => void;
  readonly invite: () => void;
}

function PersonRow({ person, remove, invite }: RowProps) {
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
  const add = useMutation({
    mutationFn: () => body(api.POST("/api/v1/people", { body: { name: name.trim(), role } })),
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
          label={t.welcome.owner.name}
          error={problem?.fields["name"] ?? (problem ? problem.message : undefined)}
          required
          maxLength={64}
          autoComplete="off"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <RoleSelect label={t.settings.role} value={role} choose={setRole} shown />
        <p className="field-help">{t.settings.addPersonText}</p>
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
          <p>{t.settings.linkText(Math.round(link.data.expires_s / 60))}</p>
          <CopyLine text={`${location.origin}${link.data.path}`} />
        </>
      )}
      <div className="actions">
        <Button onClick={close}>{t.common.close}</Button>
      </div>
    </Modal>
  );
}
