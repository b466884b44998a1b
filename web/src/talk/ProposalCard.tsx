/** What the assistant would change, line by line, and what came of it. The station makes the lines, not the model. */
import { Check, CircleAlert, LoaderCircle, Undo2, X } from "lucide-react";
import { useId, useState, type ReactNode } from "react";
import { Button } from "../ui";
import { useAsk } from "./context";
import { useDeeds } from "./deeds";
import type { Proposal } from "./log";
import { useWords, type Words } from "./text";

export function ProposalCard({ proposal }: { readonly proposal: Proposal }) {
  const w = useWords();
  const ask = useAsk();
  const title = useId();
  const [busy, setBusy] = useState<"confirm" | "decline" | "undo" | null>(null);
  const { call, state, shows } = proposal;
  const does = useDeeds(proposal);
  const decide = (kind: "confirm" | "decline" | "undo") => {
    setBusy(kind);
    if (kind !== "decline") does(kind);
    void ask({ kind, call }).finally(() => setBusy(null));
  };
  const open = state === "open";
  return (
    <div role="group" className="talk-card" data-state={state} aria-labelledby={title}>
      <h3 id={title} className={open ? undefined : "visually-hidden"}>
        {open ? w.proposal.title : w.proposal.label}
      </h3>
      <ul>
        {shows.map((line) => (
          <li key={line} dir="auto">
            {line}
          </li>
        ))}
      </ul>
      {open && (
        <div className="actions">
          <Button look="main" busy={busy === "confirm"} disabled={busy !== null} onClick={() => decide("confirm")}>
            {w.proposal.confirm}
          </Button>
          <Button busy={busy === "decline"} disabled={busy !== null} onClick={() => decide("decline")}>
            {w.proposal.decline}
          </Button>
        </div>
      )}
      <Outcome proposal={proposal} w={w}>
        {state === "done" && proposal.undo && (
          <Button busy={busy === "undo"} onClick={() => decide("undo")}>
            <Undo2 size={16} aria-hidden />
            {w.proposal.undo}
          </Button>
        )}
      </Outcome>
    </div>
  );
}

const FINE = <Check size={18} aria-hidden className="talk-fine" />;
const WAITS = <LoaderCircle size={18} aria-hidden className="spin" />;
const BAD = <CircleAlert size={18} aria-hidden className="talk-bad" />;
const NOT = <X size={18} aria-hidden />;

function Outcome({ proposal, w, children }: { readonly proposal: Proposal; readonly w: Words; readonly children: ReactNode }) {
  const told = toldOf(proposal, w);
  return (
    <div className="talk-outcome">
      <p role="status">
        {told && (
          <>
            {told.icon}
            <span dir="auto">{told.text}</span>
          </>
        )}
      </p>
      {proposal.undoFault !== null && (
        <p role="alert" className="talk-bad-text">
          {w.proposal.undoFailed(proposal.undoFault)}
        </p>
      )}
      {children}
    </div>
  );
}

function toldOf({ state, text, declinedBy }: Proposal, w: Words): { readonly icon: ReactNode; readonly text: string } | null {
  switch (state) {
    case "open":
      return null;
    case "confirmed":
      return { icon: WAITS, text: w.proposal.running };
    case "done":
      return { icon: FINE, text: text || w.proposal.done };
    case "failed":
      return { icon: BAD, text: [text, w.proposal.failed].filter(Boolean).join(" ") };
    case "unknown":
      return { icon: BAD, text: w.proposal.unknown };
    case "declined":
      return { icon: NOT, text: w.proposal.declined[declinedBy ?? "person"] };
    case "undoing":
      return { icon: WAITS, text: w.proposal.undoing };
    case "undone":
      return { icon: FINE, text: [w.proposal.undone, text].filter(Boolean).join(": ") };
  }
}
