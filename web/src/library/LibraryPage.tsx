/** The library: items, shows, collections and folders; what is chosen stands in the address. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { RefreshCw } from "lucide-react";
import { useEffect, useState } from "react";
import { live } from "../api/live";
import type { Account } from "../api/types";
import { useLocale, useText } from "../i18n";
import { dateTime } from "../i18n/format";
import { handleSpatialKey } from "../shell/spatial";
import { mayAdminister, useAccount } from "../shell/station";
import { Button, Failure, Skeleton } from "../ui";
import { Chips } from "../ui/Chips";
import { VIEWS, type Address } from "./address";
import { again, overview, scanNow, type Overview } from "./api";
import { Collections } from "./Collections";
import { DetailSheet } from "./DetailSheet";
import { Folders } from "./Folders";
import { Items } from "./Items";
import { Shows } from "./Shows";

/** Whoever makes channels changes the library. */
export function mayProgram(account: Account | null): boolean {
  return account !== null && (mayAdminister(account) || account.scopes.includes("program"));
}

export type Go = (change: Partial<Record<keyof Address, Address[keyof Address] | undefined>>) => void;

export function LibraryPage() {
  const t = useText();
  const address: Address = useSearch({ from: "/library" });
  const navigate = useNavigate({ from: "/library" });
  const account = useAccount();
  const programs = mayProgram(account);
  const { data, error, refetch } = useQuery(overview);
  useEffect(() => {
    addEventListener("keydown", handleSpatialKey);
    return () => removeEventListener("keydown", handleSpatialKey);
  }, []);
  useEffect(() => {
    // Many changes in a row are one.
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = live.subscribe("library", () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        void again();
      }, 400);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, []);
  const go: Go = (change) => {
    void navigate({ search: (before: Address) => Object.fromEntries(Object.entries({ ...before, ...change }).filter(([, value]) => value !== undefined)), replace: true });
  };
  if (error && !data) return <Failure error={error} retry={() => void refetch()} wholePage />;
  const view = address.part ?? "items";
  const views = VIEWS.filter((one) => one !== "folders" || programs);
  return (
    <div className="library">
      <title>{`${t.library.title} · Telecast`}</title>
      <header className="library-head">
        <div>
          <h1>{t.library.title}</h1>
          <p className="lead">{t.library.text}</p>
        </div>
        {data ? <ScanState data={data} may={programs} /> : <Skeleton width="16rem" />}
      </header>
      <Chips legend={t.library.view} name="library-view" options={views} chosen={view} choose={(one) => go({ part: one === "items" ? undefined : one, show: undefined, collection: undefined })} words={(one) => t.library.views[one]} />
      {view === "items" && <Items address={address} go={go} overview={data} programs={programs} administers={mayAdminister(account)} />}
      {view === "shows" && <Shows go={go} />}
      {view === "collections" && <Collections go={go} programs={programs} />}
      {view === "folders" && <Folders administers={mayAdminister(account)} />}
      {address.item !== undefined && <DetailSheet key={address.item} id={address.item} programs={programs} open={(item) => go({ item })} close={() => go({ item: undefined })} />}
    </div>
  );
}

function ScanState({ data, may }: { readonly data: Overview; readonly may: boolean }) {
  const t = useText();
  const locale = useLocale();
  const [error, setError] = useState<unknown>(null);
  const { looking, files, waiting, looked } = data.scan;
  const words = looking
    ? t.library.scan.looking(files)
    : waiting > 0
      ? t.library.scan.waiting(waiting)
      : looked
        ? t.library.scan.looked(dateTime(Date.parse(looked), locale))
        : t.library.scan.never;
  return (
    <div className="library-scan">
      <p role="status">{words}</p>
      {may && (
        <Button
          busy={looking}
          onClick={() => {
            setError(null);
            scanNow().then(again, setError);
          }}
        >
          <RefreshCw size={18} aria-hidden /> {t.library.scan.now}
        </Button>
      )}
      {error !== null && <Failure error={error} />}
    </div>
  );
}
