/** What a child may see: until which age, what nobody has rated, which channels, and the PIN that opens more. */
import { useMutation } from "@tanstack/react-query";
import { useId, useState, type FormEvent } from "react";
import { api } from "../api/client";
import { asProblem } from "../api/problem";
import type { ChildProfile, Person } from "../api/types";
import { useText } from "../i18n";
import type { Catalogue } from "../i18n/catalogue";
import { search, useLineup } from "../shell/station";
import { Button, Field } from "../ui";
import { Modal } from "../ui/Modal";

const AGES = [0, 6, 10, 12, 14, 16, 18] as const;
/** From this age on programmes that nobody has rated are seen in any case. */
const UNRATED_FROM = 16;

/** A profile in a few words, for a row. */
export function profileWords(t: Catalogue, profile: ChildProfile): string {
  const channels = profile.channels ? t.settings.someChannels(profile.channels.length) : t.settings.allChannels;
  return `${t.settings.untilAge(profile.age)} · ${channels}`;
}

interface ProfileDialogProps {
  readonly person: Person;
  readonly saved: () => Promise<void>;
  readonly close: () => void;
}

export function ProfileDialog({ person, saved, close }: ProfileDialogProps) {
  const t = useText();
  const ageId = useId();
  const before = person.profile;
  const [age, setAge] = useState(before?.age ?? 6);
  const [unrated, setUnrated] = useState(before?.unrated ?? false);
  const [channels, setChannels] = useState<readonly string[] | null>(before?.channels ?? null);
  const [pin, setPin] = useState("");
  const [removesPin, setRemovesPin] = useState(false);
  const save = useMutation({
    mutationFn: () =>
      api.POST("/api/v1/people/{id}/profile", {
        params: { path: { id: person.id } },
        body: {
          profile: { age, unrated, channels: channels === null ? null : [...channels] },
          ...(removesPin ? { pin: "" } : pin === "" ? {} : { pin }),
        },
      }),
    onSuccess: async () => {
      await saved();
      close();
    },
  });
  const problem = save.error ? asProblem(save.error) : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const ages = AGES.some((each) => each === age) ? AGES : [...AGES, age].toSorted((one, other) => one - other);
  return (
    <Modal title={t.settings.profileOf(person.name)} close={close}>
      <form className="form" onSubmit={submit}>
        <div className="field">
          <label htmlFor={ageId}>{t.settings.age}</label>
          <select id={ageId} className="select" value={age} onChange={(event) => setAge(Number(event.target.value))}>
            {ages.map((each) => (
              <option key={each} value={each}>
                {t.settings.untilAge(each)}
              </option>
            ))}
          </select>
        </div>
        {age < UNRATED_FROM && (
          <label className="check">
            <input type="checkbox" checked={unrated} onChange={(event) => setUnrated(event.target.checked)} />
            <span>
              {t.settings.unrated}
              <small>{t.settings.unratedText}</small>
            </span>
          </label>
        )}
        <ChannelChoice chosen={channels} choose={setChannels} />
        <Field
          label={person.has_pin ? t.settings.newPin : t.settings.pin}
          help={t.settings.pinText}
          error={problem?.fields["pin"]}
          type="password"
          inputMode="numeric"
          autoComplete="off"
          pattern="[0-9]{4,8}"
          maxLength={8}
          disabled={removesPin}
          value={pin}
          onChange={(event) => setPin(event.target.value.replace(/\D/g, ""))}
        />
        {person.has_pin && (
          <label className="check">
            <input type="checkbox" checked={removesPin} onChange={(event) => setRemovesPin(event.target.checked)} />
            <span>{t.settings.removePin}</span>
          </label>
        )}
        {problem && !problem.fields["pin"] && (
          <p role="alert" className="field-error">
            {problem.message}
          </p>
        )}
        <div className="actions">
          <Button look="main" type="submit" busy={save.isPending}>
            {t.common.save}
          </Button>
          <Button onClick={close}>{t.common.cancel}</Button>
        </div>
      </form>
    </Modal>
  );
}

interface ChannelChoiceProps {
  /** Ids; null: all. */
  readonly chosen: readonly string[] | null;
  readonly choose: (channels: readonly string[] | null) => void;
}

function ChannelChoice({ chosen, choose }: ChannelChoiceProps) {
  const t = useText();
  const lineup = useLineup();
  const [query, setQuery] = useState("");
  const found = search(lineup.channels, query);
  const has = new Set(chosen ?? []);
  const toggle = (id: string) => choose(has.has(id) ? [...has].filter((other) => other !== id) : [...has, id]);
  return (
    <fieldset className="choice choice-wide">
      <legend>{t.settings.channels}</legend>
      <label className="check">
        <input type="radio" name="channels" checked={chosen === null} onChange={() => choose(null)} />
        <span>{t.settings.allChannels}</span>
      </label>
      <label className="check">
        <input type="radio" name="channels" checked={chosen !== null} onChange={() => choose(chosen ?? [])} />
        <span>{chosen === null ? t.settings.onlyThese : t.settings.someChannels(chosen.length)}</span>
      </label>
      {chosen !== null && (
        <>
          <Field label={t.settings.findChannel} type="search" value={query} onChange={(event) => setQuery(event.target.value)} />
          <ul className="choice-list" aria-label={t.settings.channels}>
            {found.map((channel) => (
              <li key={channel.id}>
                <label className="check">
                  <input type="checkbox" checked={has.has(channel.id)} onChange={() => toggle(channel.id)} />
                  <span>
                    {channel.number} {channel.name}
                  </span>
                </label>
              </li>
            ))}
          </ul>
        </>
      )}
    </fieldset>
  );
}
