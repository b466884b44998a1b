/** Language, theme and sound: kept in this browser, for the person in front of it. Languages of the guide and favourites go with the account. */
import { useId } from "react";
import { useLanguage, useText } from "../i18n";
import { languageName } from "../i18n/format";
import { prefer, usePreferences, type LanguageChoice, type Theme } from "../shell/preferences";
import { useAccount } from "../shell/station";
import { FavouriteOrder } from "./FavouriteOrder";
import { GuideLanguages } from "./GuideLanguages";

/** Sound tracks that broadcasters in reach of one dish send; any other can be chosen in the player, which is remembered. */
const AUDIO_LANGUAGES = ["de", "en", "fr", "it", "es", "pl", "tr", "nl", "ru", "ar"];

export function Appearance() {
  const t = useText();
  const language = useLanguage();
  const { theme, language: choice, audioLanguage } = usePreferences();
  const audioId = useId();
  const account = useAccount();
  const audio = audioLanguage !== null && !AUDIO_LANGUAGES.includes(audioLanguage) ? [audioLanguage, ...AUDIO_LANGUAGES] : AUDIO_LANGUAGES;
  return (
    <div className="form">
      <Choice<Theme>
        legend={t.settings.theme}
        value={theme}
        options={[
          ["dark", t.settings.themes.dark],
          ["light", t.settings.themes.light],
          ["system", t.settings.themes.system],
        ]}
        choose={(next) => prefer({ theme: next })}
      />
      <Choice<LanguageChoice>
        legend={t.settings.language}
        value={choice}
        options={[
          ["system", t.settings.languageSystem],
          ["de", "Deutsch"],
          ["en", "English"],
        ]}
        choose={(next) => prefer({ language: next })}
      />
      <div className="field">
        <label htmlFor={audioId}>{t.settings.audioLanguage}</label>
        <select
          id={audioId}
          className="select"
          value={audioLanguage ?? ""}
          onChange={(event) => prefer({ audioLanguage: event.target.value === "" ? null : event.target.value })}
        >
          <option value="">{t.settings.audioSystem}</option>
          {audio.map((code) => (
            <option key={code} value={code}>
              {languageName(code, language) ?? code}
            </option>
          ))}
        </select>
      </div>
      {account !== null && <GuideLanguages />}
      <FavouriteOrder />
    </div>
  );
}

interface ChoiceProps<Value extends string> {
  readonly legend: string;
  readonly value: Value;
  readonly options: readonly (readonly [Value, string])[];
  readonly choose: (value: Value) => void;
}

function Choice<Value extends string>({ legend, value, options, choose }: ChoiceProps<Value>) {
  const name = useId();
  return (
    <fieldset className="choice">
      <legend>{legend}</legend>
      <div className="choice-options">
        {options.map(([option, label]) => (
          <label key={option} className="chip">
            <input type="radio" name={name} checked={option === value} onChange={() => choose(option)} />
            <span>{label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
