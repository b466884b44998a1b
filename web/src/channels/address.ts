/** What the address of a channel's page says: which view, which day, what is open, and which part is edited. */
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";

export const TABS = ["plan", "edit", "simulate", "log"] as const;
export type Tab = (typeof TABS)[number];

export const SECTIONS = ["simple", "sources", "blocks", "days", "calendar", "breaks", "guide", "json"] as const;
export type Section = (typeof SECTIONS)[number];

export interface PlanAddress {
  /** Absent: the plan. */
  readonly tab?: Tab;
  /** `2026-12-24`; absent: today. */
  readonly date?: string;
  readonly layout?: "list" | "days";
  /** The programme whose reasons are open: when it begins, as the station wrote it. */
  readonly slot?: string;
  readonly section?: Section;
  /** The block, day or source that is edited. */
  readonly part?: string;
}

const LONGEST = 200;

/** Reads an address that anybody may have written. */
export function readPlanAddress(given: Readonly<Record<string, unknown>>): PlanAddress {
  const text = (name: string) => (typeof given[name] === "string" || typeof given[name] === "number" ? String(given[name]).slice(0, LONGEST) : "");
  const tab = TABS.find((one) => one === given["tab"]);
  const section = SECTIONS.find((one) => one === given["section"]);
  const { layout } = given;
  const date = text("date");
  return {
    ...(tab ? { tab } : {}),
    ...(/^\d{4}-\d\d-\d\d$/.test(date) && !Number.isNaN(Date.parse(date)) ? { date } : {}),
    ...(layout === "list" || layout === "days" ? { layout } : {}),
    ...(text("slot") === "" ? {} : { slot: text("slot") }),
    ...(section ? { section } : {}),
    ...(text("part") === "" ? {} : { part: text("part") }),
  };
}

export type AddressChange = { readonly [Key in keyof PlanAddress]?: PlanAddress[Key] | undefined };

export function changedAddress(address: PlanAddress, change: AddressChange): PlanAddress {
  return Object.fromEntries(Object.entries({ ...address, ...change }).filter(([, value]) => value !== undefined)) as PlanAddress;
}

/** The address, and how it is changed in place. */
export function usePlanAddress() {
  const address = useSearch({ strict: false }) as PlanAddress;
  const { id = "" } = useParams({ strict: false }) as { id?: string };
  const navigate = useNavigate();
  const adjust = useCallback(
    (change: AddressChange, replace = true) =>
      void navigate({ to: "/channels/$id", params: { id }, search: (before: PlanAddress) => changedAddress(before, change), replace }),
    [navigate, id],
  );
  return { id, address, adjust };
}
