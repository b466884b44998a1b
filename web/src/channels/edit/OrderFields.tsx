/** In which order a source is gone through; groups, weights and pauses where the order has them. */
import type { GroupBy, Mode, Order, OrderKind, Pick } from "../../api/stations";
import { orderOf, pruned, withChange, writtenOrder, type Change } from "../document";
import { useWords } from "../text";
import { LengthField, ListField, PlaceFault, SelectField } from "./fields";

const KINDS: readonly OrderKind[] = ["in_order", "shuffle", "random", "rotation", "first_run", "marathon"];
const GROUPS: readonly GroupBy[] = ["show", "season", "source", "year", "folder"];
const PICKS: readonly Pick[] = ["in_turn", "weighted", "shuffle"];
const MODES: readonly Mode[] = ["sequential", "shuffle", "random"];

interface OrderFieldsProps {
  readonly order: OrderKind | Order | undefined;
  readonly place: string;
  /** What counts where nothing is said. */
  readonly usual: OrderKind;
  readonly change: (order: OrderKind | Order | undefined) => void;
}

export function OrderFields({ order: given, place, usual, change }: OrderFieldsProps) {
  const w = useWords();
  const order = given === undefined ? { kind: usual } : orderOf(given);
  const put = (next: Order) => {
    const written = writtenOrder(next);
    change(written === usual ? undefined : written);
  };
  const set = (more: Change<Order>) => put(withChange(order, more));
  const grouped = order.kind === "rotation" || order.kind === "marathon";
  const weighted = order.kind === "random" || (grouped && order.pick === "weighted");
  return (
    <>
      <SelectField
        label={w.blocks.order}
        place={place}
        value={order.kind}
        options={KINDS.map((kind) => [kind, w.blocks.orders[kind]] as const)}
        // What went with the old kind does not go with each other one.
        change={(kind) => put(kind === "rotation" || kind === "marathon" ? { ...order, kind } : (pruned({ kind, weights: kind === "random" ? order.weights : undefined, cooldown: order.cooldown }) as Order))}
      />
      {(grouped || order.kind === "first_run") && (
        <>
          {grouped && <SelectField label={w.blocks.by} place={`${place}.by`} value={order.by ?? "show"} options={GROUPS.map((one) => [one, w.blocks.groups[one]] as const)} change={(by) => set({ by: by === "show" ? undefined : by })} />}
          {grouped && (
            <SelectField label={w.blocks.pick} place={`${place}.pick`} value={order.pick ?? "in_turn"} options={PICKS.map((one) => [one, w.blocks.picks[one]] as const)} change={(pick) => set({ pick: pick === "in_turn" ? undefined : pick })} />
          )}
          <SelectField label={w.blocks.each} place={`${place}.each`} value={order.each ?? "sequential"} options={MODES.map((one) => [one, w.modes[one]] as const)} change={(each) => set({ each: each === "sequential" ? undefined : each })} />
        </>
      )}
      {grouped && (
        <ListField
          label={w.blocks.modes}
          help={w.blocks.modesHelp}
          place={`${place}.modes`}
          lines={2}
          value={pairs(order.modes)}
          change={(lines) => set({ modes: readPairs(lines, (text) => MODES.find((mode) => mode === text)) })}
        />
      )}
      {(weighted || order.weights !== undefined) && (
        <ListField
          label={w.blocks.weights}
          help={w.blocks.weightsHelp}
          place={`${place}.weights`}
          lines={3}
          value={pairs(order.weights)}
          change={(lines) => set({ weights: readPairs(lines, (text) => (text !== "" && Number.isFinite(Number(text)) ? Number(text) : undefined)) })}
        />
      )}
      {order.kind !== "in_order" && <LengthField label={w.blocks.cooldown} place={`${place}.cooldown`} value={order.cooldown} change={(cooldown) => set({ cooldown })} />}
      {grouped && order.pick === "weighted" && <LengthField label={w.blocks.groupCooldown} place={`${place}.group_cooldown`} value={order.group_cooldown} change={(length) => set({ group_cooldown: length })} />}
      <PlaceFault place={`${place}.weights`} />
    </>
  );
}

/** `name = value`, one a line. */
export function pairs(record: Readonly<Record<string, string | number>> | undefined): readonly string[] | undefined {
  return record && Object.entries(record).map(([name, value]) => `${name} = ${value}`);
}

/** What cannot be read is left out. */
export function readPairs<T>(lines: readonly string[] | undefined, read: (text: string) => T | undefined): Readonly<Record<string, T>> | undefined {
  const found = (lines ?? []).flatMap((line): [string, T][] => {
    const at = line.lastIndexOf("=");
    const value = at < 0 ? undefined : read(line.slice(at + 1).trim().replace(",", "."));
    const name = line.slice(0, at).trim();
    return value === undefined || name === "" ? [] : [[name, value]];
  });
  return found.length === 0 ? undefined : Object.fromEntries(found);
}
