/** Says what has become of a star: for those who do not see it, and for everybody if it could not be kept. */
import { useEffect, useState } from "react";
import { useText } from "../i18n";
import { RequestId } from "../ui";
import { useTold, type Told } from "./favourites";

const SHOWN_MS = 8_000;

export function FavouriteNotice() {
  const t = useText();
  const told = useTold();
  const [over, setOver] = useState<Told | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => setOver(told), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [told]);
  const failed = told !== null && told !== over && told.problem !== null;
  return (
    <>
      <p className="visually-hidden" role="status">
        {told && told !== over && !told.problem && (told.liked ? t.favourites.added(told.name) : t.favourites.removed(told.name))}
      </p>
      <div className="favourite-failed" role="alert" data-shown={failed || undefined}>
        {failed && told.problem && (
          <>
            <p>
              <b>{t.favourites.failed(told.name)}</b> {told.problem.status === 0 ? t.failure.unreachableText : (told.problem.detail ?? told.problem.title)}
            </p>
            <RequestId id={told.problem.requestId} />
          </>
        )}
      </div>
    </>
  );
}
