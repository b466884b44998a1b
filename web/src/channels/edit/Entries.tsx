/** Things with names — sources, blocks, days: a list in which one is open, a new one is added, and each can be renamed and removed. */
import { ChevronDown, ChevronRight, Trash2 } from "lucide-react";
import { useId, useState, type FormEvent, type ReactNode } from "react";
import type { StationDocument } from "../../api/stations";
import { Button, Field, IconButton } from "../../ui";
import { usePlanAddress } from "../address";
import { useWords } from "../text";
import { hasFault } from "../words";
import { useEdited } from "./fields";
import { renamed, uses, without, type Named } from "./naming";

interface EntriesProps<T> {
  readonly what: Named;
  readonly entries: Readonly<Record<string, T>>;
  readonly words: { readonly add: string; readonly name: string };
  readonly summary: (entry: T, name: string) => string;
  /** A new one of this name, in the document. */
  readonly fresh: (name: string) => T;
  readonly Form: (props: EntryProps<T>) => ReactNode;
}

export interface EntryProps<T> {
  readonly entry: T;
  readonly name: string;
  readonly change: (entry: T) => void;
}

export function Entries<T>({ what, entries, words, summary, fresh, Form }: EntriesProps<T>) {
  const w = useWords();
  const { document, change, faults } = useEdited();
  const { address, adjust } = usePlanAddress();
  const names = Object.keys(entries);
  const put = (name: string, entry: T) => change({ ...document, [what]: { ...document[what], [name]: entry } } as StationDocument);
  return (
    <>
      {names.length === 0 && <p className="field-help">{w.edit.none}</p>}
      <ul className="entries">
        {names.map((name) => {
          const entry = entries[name] as T;
          const open = address.part === name;
          const used = uses(document, what, name);
          return (
            <li key={name} data-place={`${what}.${name}`} data-open={open || undefined} data-faulty={hasFault(faults, `${what}.${name}`) || undefined}>
              <div className="entry-head">
                <button type="button" className="entry-name" aria-expanded={open} onClick={() => adjust({ part: open ? undefined : name })}>
                  {open ? <ChevronDown size={18} aria-hidden /> : <ChevronRight size={18} aria-hidden />}
                  <b>{name}</b>
                  <span>{summary(entry, name)}</span>
                </button>
                <small>{used > 0 ? w.edit.used(used) : w.edit.unused}</small>
                <IconButton label={w.edit.remove(name)} onClick={() => change(without(document, what, name))}>
                  <Trash2 size={18} aria-hidden />
                </IconButton>
              </div>
              {open && (
                <div className="entry-form">
                  <Rename
                    label={w.edit.rename}
                    name={name}
                    taken={names}
                    rename={(to) => {
                      change(renamed(document, what, name, to));
                      adjust({ part: to });
                    }}
                  />
                  <Form entry={entry} name={name} change={(next) => put(name, next)} />
                </div>
              )}
            </li>
          );
        })}
      </ul>
      <Add
        label={words.name}
        action={words.add}
        taken={names}
        add={(name) => {
          put(name, fresh(name));
          adjust({ part: name });
        }}
      />
    </>
  );
}

interface RenameProps {
  readonly label: string;
  readonly name: string;
  readonly taken: readonly string[];
  readonly rename: (to: string) => void;
}

/** A name is changed when it is left or Enter is pressed: what stands for it elsewhere changes with it, once. */
export function Rename({ label, name, taken, rename }: RenameProps) {
  const w = useWords();
  const [text, setText] = useState<string | null>(null);
  const wanted = (text ?? name).trim();
  const doubled = wanted !== name && taken.includes(wanted);
  const keep = () => {
    if (wanted !== name && wanted !== "" && !doubled) rename(wanted);
    if (!doubled) setText(null);
  };
  return (
    <Field
      label={label}
      value={text ?? name}
      error={doubled ? w.edit.taken : undefined}
      maxLength={200}
      autoComplete="off"
      spellCheck={false}
      onChange={({ target }) => setText(target.value)}
      onBlur={keep}
      onKeyDown={(event) => {
        if (event.key === "Enter") keep();
        if (event.key === "Escape") setText(null);
      }}
    />
  );
}

interface AddProps {
  readonly label: string;
  readonly action: string;
  readonly taken: readonly string[];
  readonly add: (name: string) => void;
}

export function Add({ label, action, taken, add }: AddProps) {
  const w = useWords();
  const id = useId();
  const [name, setName] = useState("");
  const wanted = name.trim();
  const doubled = taken.includes(wanted);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (wanted === "" || doubled) return;
    add(wanted);
    setName("");
  };
  return (
    <form className="entry-add" onSubmit={submit}>
      <label className="visually-hidden" htmlFor={id}>
        {label}
      </label>
      <div className="field-box">
        <input id={id} placeholder={label} autoComplete="off" spellCheck={false} maxLength={200} aria-invalid={doubled || undefined} value={name} onChange={({ target }) => setName(target.value)} />
      </div>
      <Button type="submit">{action}</Button>
      {doubled && (
        <p className="field-error" role="alert">
          {w.edit.taken}
        </p>
      )}
    </form>
  );
}
