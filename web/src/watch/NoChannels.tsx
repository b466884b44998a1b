/** No channels: because there is no receiver yet, because it is being read, or because it does not answer. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import { live } from "../api/live";
import { queryClient, receivers } from "../api/queries";
import { useText } from "../i18n";
import { mayAdminister, useAccount } from "../shell/station";

/** While a receiver is being read the lineup is looked at this often, should the event be missed. */
const LOOK_AGAIN_MS = 2_000;

export function NoChannels() {
  const t = useText();
  const admin = mayAdminister(useAccount());
  const { data } = useQuery({ ...receivers, enabled: admin, refetchInterval: LOOK_AGAIN_MS });
  useEffect(() => {
    const refresh = () => {
      void queryClient.invalidateQueries({ queryKey: ["channels"] });
      void queryClient.invalidateQueries({ queryKey: ["bouquets"] });
    };
    const timer = setInterval(refresh, LOOK_AGAIN_MS);
    const stop = live.subscribe("channels", refresh);
    return () => {
      clearInterval(timer);
      stop();
    };
  }, []);
  const list = data?.items ?? [];
  const troubled = list.filter(({ state }) => state !== "ok" && state !== "loading");

  if (admin && list.length > 0) {
    return (
      <section className="empty">
        <h1>{troubled.length === list.length ? t.watch.trouble : t.watch.loadingLineup.title}</h1>
        {troubled.length === list.length ? (
          <ul>
            {troubled.map(({ id, name, state, message }) => (
              <li key={id}>
                <b>{name}</b>: {t.receiver.state[state]}. {message ?? t.receiver.advice[state]}
              </li>
            ))}
          </ul>
        ) : (
          <p>{t.watch.loadingLineup.text}</p>
        )}
        <Link to="/settings/$section" params={{ section: "receivers" }} className="button button-plain">
          {t.settings.receivers}
        </Link>
      </section>
    );
  }
  return (
    <section className="empty">
      <h1>{t.watch.nothing.title}</h1>
      <p>{admin ? t.watch.nothing.text : t.watch.nothing.notYou}</p>
      {admin && (
        <div className="actions">
          <Link to="/welcome" search={{ step: "source" }} className="button button-main">
            {t.watch.nothing.action}
          </Link>
          <Link to="/library" search={{ part: "folders" }} className="button button-plain">
            {t.watch.nothing.films}
          </Link>
        </div>
      )}
    </section>
  );
}
