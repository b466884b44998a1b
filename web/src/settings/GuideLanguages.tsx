/** Languages in which this account reads the guide, best first. They go with the account, to every browser and player. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { api } from "../api/client";
import { ownLanguages, queryClient } from "../api/queries";
import { useLanguage, useText } from "../i18n";
import { languageName } from "../i18n/format";
import { Failure } from "../ui";

/** Those that guides in reach of one dish are written in. */
const LANGUAGES = ["de", "en", "fr", "it", "es", "pt", "nl", "da", "sv", "nb", "fi", "pl", "cs", "sk", "hu", "sl", "hr", "ro", "bg", "el", "tr", "uk", "ru", "ar"];
/** Nobody reads a guide in more; the station keeps a few more for programs that do. */
const SHOWN = 4;

/** The list with another language in a place, or with that place left out; no language stands twice. */
export function chosen(list: readonly string[], place: number, code: string | null): readonly string[] {
  const next = [...list];
  if (code === null) next.splice(place, 1);
  else next[place] = code;
  return next.filter((one, at) => one !== undefined && next.indexOf(one) === at);
}

export function GuideLanguages() {
  const t = useText();
  const page = useLanguage();
  const id = useId();
  const { data, error, refetch } = useQuery(ownLanguages);
  const read = useMutation({
    mutationFn: (languages: readonly string[]) => api.POST("/api/v1/account/languages", { body: { languages: [...languages] } }),
    onMutate: (languages) => queryClient.setQueryData(ownLanguages.queryKey, { languages: [...languages] }),
    onSettled: () => {
      for (const queryKey of [ownLanguages.queryKey, ["guide"], ["now"]]) void queryClient.invalidateQueries({ queryKey });
    },
  });
  if (error && !data) return <Failure error={error} retry={() => void refetch()} />;
  const languages = data?.languages ?? [];
  const name = (code: string) => languageName(code, page) ?? code;
  const known = [...new Set([...LANGUAGES, ...languages])].toSorted((a, b) => name(a).localeCompare(name(b), page));
  const places = Array.from({ length: Math.min(SHOWN, languages.length + 1) }, (_, place) => place);
  return (
    <fieldset className="choice" aria-describedby={`${id}-help`}>
      <legend>{t.languages.title}</legend>
      <div className="own-languages">
        {places.map((place) => (
          <select
            key={place}
            className="select"
            aria-label={t.languages.nth(place + 1)}
            value={languages[place] ?? ""}
            disabled={!data}
            onChange={({ target }) => read.mutate(chosen(languages, place, target.value || null))}
          >
            <option value="">{place === 0 ? t.languages.system : t.languages.none}</option>
            {known
              .filter((code) => code === languages[place] || !languages.includes(code))
              .map((code) => (
                <option key={code} value={code}>
                  {name(code)}
                </option>
              ))}
          </select>
        ))}
      </div>
      <p className="field-help" id={`${id}-help`}>
        {t.languages.help}
      </p>
      {read.error && <Failure error={read.error} />}
    </fieldset>
  );
}
