/** The station at a glance: asked for once, then pushed each second. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { live } from "../api/live";
import { queryClient, status } from "../api/queries";
import type { Status } from "../api/types";

/** Without a push for this long what is shown is old, and the page says so. */
const STALE_MS = 5_000;

export function useStatus() {
  const query = useQuery(status);
  useEffect(
    () =>
      live.subscribe("status", (_kind, data) => {
        if (isStatus(data)) queryClient.setQueryData(status.queryKey, data);
      }),
    [],
  );
  const { dataUpdatedAt } = query;
  /** Which picture has been shown for too long. */
  const [old, setOld] = useState(0);
  useEffect(() => {
    const timer = setTimeout(() => setOld(dataUpdatedAt), STALE_MS);
    return () => clearTimeout(timer);
  }, [dataUpdatedAt]);
  return { ...query, stale: old === dataUpdatedAt };
}

/** A later station may say more than this page understands; less than this it never says. */
function isStatus(data: unknown): data is Status {
  return typeof data === "object" && data !== null && "receivers" in data && "tapes" in data && "viewers" in data && "disk" in data;
}
