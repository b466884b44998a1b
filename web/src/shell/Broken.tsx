/** The page for what should not happen: an address that is none, and a fault in the page itself. */
import { Link } from "@tanstack/react-router";
import { useText } from "../i18n";
import { Button } from "../ui";

export function NotFound() {
  const t = useText();
  return (
    <section className="empty">
      <h1>{t.failure.notFound}</h1>
      <p>{t.failure.notFoundText}</p>
      <Link to="/" className="button button-main">
        {t.failure.toWatch}
      </Link>
    </section>
  );
}

export function Broken({ error }: { readonly error: unknown }) {
  const t = useText();
  return (
    <section className="empty" role="alert">
      <h1>{t.failure.crashed}</h1>
      <p>{t.failure.crashedText}</p>
      <pre>{error instanceof Error ? error.message : String(error)}</pre>
      <Button look="main" onClick={() => location.reload()}>
        {t.failure.reload}
      </Button>
    </section>
  );
}
