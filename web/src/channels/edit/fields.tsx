/** Fields of a document: each knows its place in it, says what is wrong there, and takes itself out where it says nothing. */
import { createContext, use, useId, useState, type ReactNode } from "react";
import type { FaultView, Length, StationDocument } from "../../api/stations";
import { isDay, readLength, readTimeOfDay } from "../document";
import { useWords } from "../text";
import { faultAt } from "../words";

export interface Edited {
  readonly document: StationDocument;
  readonly change: (document: StationDocument) => void;
  readonly faults: readonly FaultView[];
}

const Context = createContext<Edited | null>(null);
export const EditedDocument = Context.Provider;

export function useEdited(): Edited {
  const edited = use(Context);
  if (!edited) throw new Error("a form of a document stands outside of one");
  return edited;
}

interface BoxProps {
  readonly label: string;
  readonly place: string;
  readonly help?: string | undefined;
  /** Wrong before the station has seen it. */
  readonly wrong?: string | undefined;
  readonly children: (id: string, about: string | undefined, invalid: true | undefined) => ReactNode;
}

function Box({ label, place, help, wrong, children }: BoxProps) {
  const id = useId();
  const { faults } = useEdited();
  const told = faultAt(faults, place);
  const error = wrong ?? told;
  const about = [help && `${id}-help`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;
  return (
    <div className="field" data-place={place}>
      <label htmlFor={id}>{label}</label>
      {children(id, about, error ? true : undefined)}
      {error && (
        <p className="field-error" id={`${id}-error`} lang={wrong ? undefined : "en"}>
          {error}
        </p>
      )}
      {help && (
        <p className="field-help" id={`${id}-help`}>
          {help}
        </p>
      )}
    </div>
  );
}

interface TextProps {
  readonly label: string;
  readonly place: string;
  readonly value: string;
  readonly change: (value: string) => void;
  readonly help?: string | undefined;
  readonly wrong?: string | undefined;
  readonly list?: readonly string[];
  readonly numeric?: boolean;
  readonly lines?: number;
}

export function TextField({ label, place, value, change, help, wrong, list, numeric = false, lines }: TextProps) {
  return (
    <Box label={label} place={place} help={help} wrong={wrong}>
      {(id, about, invalid) =>
        lines === undefined ? (
          <div className="field-box">
            <input
              id={id}
              aria-describedby={about}
              aria-invalid={invalid}
              autoComplete="off"
              spellCheck={false}
              inputMode={numeric ? "numeric" : undefined}
              list={list ? `${id}-list` : undefined}
              value={value}
              onChange={({ target }) => change(numeric ? target.value.replaceAll(/\D/g, "") : target.value)}
            />
            {list && (
              <datalist id={`${id}-list`}>
                {list.map((one) => (
                  <option key={one} value={one}>
                    {one}
                  </option>
                ))}
              </datalist>
            )}
          </div>
        ) : (
          <textarea id={id} className="text-area" rows={lines} aria-describedby={about} aria-invalid={invalid} value={value} onChange={({ target }) => change(target.value)} />
        )
      }
    </Box>
  );
}

interface CheckedProps extends Omit<TextProps, "value" | "change" | "list" | "numeric" | "lines"> {
  readonly value: string | undefined;
  readonly change: (value: string | undefined) => void;
  readonly good: (text: string) => boolean;
  readonly bad: string;
}

/** A text that has a form. What has not is shown as it was typed, and told, but does not get into the document. */
function CheckedField({ value, change, good, bad, ...rest }: CheckedProps) {
  const [typed, setTyped] = useState<{ readonly text: string; readonly of: string | undefined } | null>(null);
  const text = typed !== null && typed.of === value ? typed.text : (value ?? "");
  const wrong = text !== "" && !good(text) ? bad : undefined;
  return (
    <TextField
      {...rest}
      value={text}
      wrong={wrong}
      change={(next) => {
        const told = next.trim();
        if (told === "" || good(told)) {
          setTyped(null);
          change(told === "" ? undefined : told);
        } else setTyped({ text: next, of: value });
      }}
    />
  );
}

interface LengthProps extends Omit<CheckedProps, "value" | "good" | "bad"> {
  readonly value: Length | undefined;
}

export function LengthField({ value, help, ...rest }: LengthProps) {
  const w = useWords();
  return (
    <CheckedField {...rest} help={help ?? w.edit.lengthHelp} value={typeof value === "number" ? `${value}s` : value} good={(text) => readLength(text) !== null} bad={w.edit.badLength} />
  );
}

export function TimeField(props: Omit<CheckedProps, "good" | "bad">) {
  const w = useWords();
  return <CheckedField {...props} good={(text) => readTimeOfDay(text) !== null} bad={w.edit.badTime} />;
}

export function DayField(props: Omit<CheckedProps, "good" | "bad">) {
  const w = useWords();
  return <CheckedField {...props} good={isDay} bad={w.edit.badDay} />;
}

interface NumberProps extends Omit<TextProps, "value" | "change" | "numeric"> {
  readonly value: number | undefined;
  readonly change: (value: number | undefined) => void;
}

export function NumberField({ value, change, ...rest }: NumberProps) {
  return <TextField {...rest} numeric value={value === undefined ? "" : String(value)} change={(text) => change(text === "" ? undefined : Number(text.slice(0, 9)))} />;
}

interface ListProps extends Omit<TextProps, "value" | "change"> {
  readonly value: readonly string[] | undefined;
  readonly change: (value: readonly string[] | undefined) => void;
  /** What is between them: a comma, or lines if `lines` is given. */
}

/** Several texts with commas or in lines. What is typed stays as it is typed. */
export function ListField({ value, change, lines, ...rest }: ListProps) {
  const joint = lines === undefined ? ", " : "\n";
  const [typed, setTyped] = useState<string | null>(null);
  const split = (text: string) =>
    text
      .split(lines === undefined ? "," : "\n")
      .map((one) => one.trim())
      .filter((one) => one !== "");
  const same = typed !== null && split(typed).join(joint) === (value ?? []).join(joint);
  return (
    <TextField
      {...rest}
      {...(lines === undefined ? {} : { lines })}
      value={same ? typed : (value ?? []).join(joint)}
      change={(text) => {
        setTyped(text);
        const all = split(text);
        change(all.length === 0 ? undefined : all);
      }}
    />
  );
}

interface SelectProps<T extends string> {
  readonly label: string;
  readonly place: string;
  readonly value: T;
  readonly options: readonly (readonly [T, string])[];
  readonly change: (value: T) => void;
  readonly help?: string | undefined;
}

export function SelectField<T extends string>({ label, place, value, options, change, help }: SelectProps<T>) {
  const known = options.some(([option]) => option === value);
  return (
    <Box label={label} place={place} help={help}>
      {(id, about, invalid) => (
        <select id={id} className="select" aria-describedby={about} aria-invalid={invalid} value={value} onChange={({ target }) => change(target.value as T)}>
          {!known && <option value={value}>{value}</option>}
          {options.map(([option, words]) => (
            <option key={option} value={option}>
              {words}
            </option>
          ))}
        </select>
      )}
    </Box>
  );
}

interface CheckProps {
  readonly label: string;
  readonly place: string;
  readonly value: boolean;
  readonly change: (value: boolean) => void;
  readonly help?: string | undefined;
}

export function CheckField({ label, place, value, change, help }: CheckProps) {
  return (
    <label className="check" data-place={place}>
      <input type="checkbox" checked={value} onChange={({ target }) => change(target.checked)} />
      <span>
        {label}
        {help && <small>{help}</small>}
      </span>
    </label>
  );
}

/** Several of a few. */
interface SomeProps<T extends string> {
  readonly legend: string;
  readonly place: string;
  readonly options: readonly (readonly [T, string])[];
  readonly value: readonly T[] | undefined;
  readonly change: (value: readonly T[] | undefined) => void;
}

export function SomeField<T extends string>({ legend, place, options, value, change }: SomeProps<T>) {
  const has = new Set<string>(value);
  return (
    <fieldset className="choice" data-place={place}>
      <legend>{legend}</legend>
      <div className="choice-options">
        {options.map(([option, words]) => (
          <label key={option} className="chip">
            <input
              type="checkbox"
              checked={has.has(option)}
              onChange={({ target }) => {
                const next = options.map(([one]) => one).filter((one) => (one === option ? target.checked : has.has(one)));
                change(next.length === 0 ? undefined : next);
              }}
            />
            <span>{words}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** What is wrong with a whole part. */
export function PlaceFault({ place }: { readonly place: string }) {
  const { faults } = useEdited();
  const told = faultAt(faults, place);
  if (told === undefined) return null;
  return (
    <p className="field-error" role="alert" lang="en">
      {told}
    </p>
  );
}
