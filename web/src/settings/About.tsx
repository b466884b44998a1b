/** Version, what the station wants its people to know, and the keys. */
import { useQuery } from "@tanstack/react-query";
import { authState } from "../api/queries";
import { useText } from "../i18n";
import type { Catalogue } from "../i18n/catalogue";

/** Our words for a notice we know, in the page's language; the station's own for one we do not. */
function noticeText(t: Catalogue, code: string, message: string): string {
  if (code === "anonymous") return t.connection.anonymous;
  return code === "plain_http" ? t.settings.plainHttp : message;
}

export function About() {
  const t = useText();
  const { data } = useQuery(authState);
  const notices = data?.notices ?? [];
  return (
    <>
      <dl className="pairs">
        <div>
          <dt>{t.settings.version}</dt>
          <dd>Telecast {data?.version}</dd>
        </div>
      </dl>
      {(notices.length > 0 || !isSecureContext) && (
        <>
          <h2>{t.settings.notices}</h2>
          <ul className="notices">
            {notices.map(({ code, message }) => (
              <li key={code}>{noticeText(t, code, message)}</li>
            ))}
            {!isSecureContext && <li>{t.settings.insecure}</li>}
          </ul>
        </>
      )}
      <h2>{t.keys.title}</h2>
      <p>{t.settings.keysText}</p>
      <dl className="keys">
        {t.keys.rows.map(([keys, meaning]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
