/** What there is to play: each source has a name and is one kind of thing. */
import { useQuery } from "@tanstack/react-query";
import type { ItemKind, Length, Source } from "../../api/stations";
import { useLineup } from "../../shell/station";
import { kindOf, SOURCE_KINDS, sourceOf, withChange, writtenShow, type SourceKind } from "../document";
import { libraryShows, stationList } from "../queries";
import { useWords, type Words } from "../text";
import { Entries, type EntryProps } from "./Entries";
import { CheckField, LengthField, ListField, NumberField, PlaceFault, SelectField, SomeField, TextField, useEdited } from "./fields";

const ITEM_KINDS: readonly ItemKind[] = ["film", "episode", "clip", "other"];
const HAS_SEASONS: ReadonlySet<SourceKind> = new Set<SourceKind>(["show", "collection", "query", "playlist", "tag", "kind", "any"]);
const ENDLESS: ReadonlySet<SourceKind> = new Set<SourceKind>(["live", "channel", "still"]);

export function SourcesForm() {
  const w = useWords();
  const { document } = useEdited();
  return (
    <Entries
      what="sources"
      entries={document.sources ?? {}}
      words={{ add: w.sources.add, name: w.sources.suggested }}
      summary={(source) => summaryOf(w, sourceOf(source))}
      fresh={(name): string | Source => name}
      Form={SourceEntry}
    />
  );
}

function SourceEntry({ entry, name, change }: EntryProps<string | Source>) {
  return <SourceForm source={sourceOf(entry)} name={name} change={(next) => change(writtenShow(next))} />;
}

/** A source in a line: its kind, and what it names. */
export function summaryOf(w: Words, source: Source): string {
  const kind = kindOf(source);
  const value = source[kind];
  const named = kind === "kind" && typeof value === "string" ? w.sources.itemKinds[value as ItemKind] : Array.isArray(value) ? value.join(", ") : typeof value === "object" ? "" : String(value ?? "");
  return [w.sources.kinds[kind], named].filter(Boolean).join(": ");
}

/** What a source of another kind begins with. */
function fresh(kind: SourceKind, name: string): Source {
  switch (kind) {
    case "item":
      return { item: 0 };
    case "items":
      return { items: [] };
    case "any":
      return { any: [] };
    case "kind":
      return { kind: "film" };
    case "still":
      return { still: { pictures: [], length: "10s" } };
    default:
      return { [kind]: kind === "show" || kind === "tag" ? name : "" };
  }
}

interface SourceFormProps {
  readonly source: Source;
  readonly name: string;
  readonly change: (source: Source) => void;
}

function SourceForm({ source, name, change }: SourceFormProps) {
  const w = useWords();
  const place = `sources.${name}`;
  const kind = kindOf(source);
  return (
    <>
      <PlaceFault place={place} />
      <div className="form-pair">
        <SelectField label={w.sources.kind} place={`${place}.kind-of`} value={kind} options={SOURCE_KINDS.map((one) => [one, w.sources.kinds[one]] as const)} change={(next) => change(fresh(next, name))} />
        <Value source={source} name={name} kind={kind} change={change} />
      </div>
      {(HAS_SEASONS.has(kind) || source.seasons !== undefined) && (
        <ListField
          label={w.sources.seasons}
          help={w.sources.seasonsHelp}
          place={`${place}.seasons`}
          value={source.seasons?.map(String)}
          change={(seasons) => change(withChange(source, { seasons: numbers(seasons) }))}
        />
      )}
      {!ENDLESS.has(kind) && (
        <CheckField label={w.sources.shared} help={w.sources.sharedHelp} place={`${place}.shared`} value={source.shared === true} change={(shared) => change(withChange(source, { shared: shared || undefined }))} />
      )}
    </>
  );
}

function numbers(texts: readonly string[] | undefined): readonly number[] | undefined {
  const all = texts?.map(Number).filter((number) => Number.isSafeInteger(number) && number >= 0);
  return all && all.length > 0 ? all : undefined;
}

function Value({ source, name, kind, change }: SourceFormProps & { readonly kind: SourceKind }) {
  const w = useWords();
  const { document } = useEdited();
  const place = `sources.${name}.${kind}`;
  const label = w.sources.values[kind];
  switch (kind) {
    case "show":
      return <ShowName place={place} label={label} value={source.show ?? ""} change={(show) => change(withChange(source, { show }))} />;
    case "kind":
      return <SelectField label={label} place={place} value={source.kind ?? "film"} options={ITEM_KINDS.map((one) => [one, w.sources.itemKinds[one]] as const)} change={(next) => change(withChange(source, { kind: next }))} />;
    case "item":
      return <NumberField label={label} place={place} value={source.item} change={(item) => change(withChange(source, { item: item ?? 0 }))} />;
    case "items":
      return <ListField label={label} help={w.sources.list} place={place} lines={4} value={source.items?.map(String)} change={(items) => change(withChange(source, { items: numbers(items) ?? [] }))} />;
    case "any": {
      const others = Object.keys(document.sources ?? {}).filter((other) => other !== name);
      return <SomeField legend={label} place={place} options={others.map((other) => [other, other] as const)} value={source.any} change={(any) => change(withChange(source, { any: any ?? [] }))} />;
    }
    case "still":
      return <StillForm source={source} name={name} change={change} />;
    case "live":
      return <LiveChannel place={place} label={label} value={source.live ?? ""} change={(live) => change(withChange(source, { live }))} />;
    case "channel":
      return <OwnChannel place={place} label={label} value={source.channel ?? ""} change={(channel) => change(withChange(source, { channel }))} />;
    default:
      return (
        <TextField
          label={label}
          place={place}
          help={kind === "query" ? w.sources.queryHelp : undefined}
          value={source[kind] ?? ""}
          change={(text) => change(withChange(source, { [kind]: text }))}
        />
      );
  }
}

interface NamedProps {
  readonly place: string;
  readonly label: string;
  readonly value: string;
  readonly change: (value: string) => void;
}

function ShowName(props: NamedProps) {
  const { data } = useQuery(libraryShows);
  return <TextField {...props} list={data?.items.map(({ name }) => name) ?? []} />;
}

function LiveChannel(props: NamedProps) {
  const { channels } = useLineup();
  const options = channels.filter(({ id }) => !id.startsWith("own-")).map(({ id, name, number }) => [id, `${number} ${name}`] as const);
  return <SelectField {...props} options={[...(props.value === "" ? [["", "–"] as const] : []), ...options]} />;
}

function OwnChannel(props: NamedProps) {
  const { data } = useQuery(stationList);
  const options = data?.items.map(({ id, name }) => [id, name] as const) ?? [];
  return <SelectField {...props} options={[...(props.value === "" ? [["", "–"] as const] : []), ...options]} />;
}

function StillForm({ source, name, change }: SourceFormProps) {
  const w = useWords();
  const still = source.still ?? { pictures: [], length: "10s" as Length };
  const set = (more: Partial<typeof still>) => change(withChange(source, { still: { ...still, ...more } }));
  const place = `sources.${name}.still`;
  return (
    <div className="form-column">
      <ListField label={w.sources.values.still} help={w.sources.pictures} place={`${place}.pictures`} lines={3} value={still.pictures} change={(pictures) => set({ pictures: pictures ?? [] })} />
      <TextField
        label={w.sources.sound}
        place={`${place}.sound`}
        value={still.sound ?? ""}
        change={(sound) => {
          const { sound: _sound, ...silent } = still;
          change(withChange(source, { still: sound === "" ? silent : { ...still, sound } }));
        }}
      />
      <LengthField label={w.edit.length} place={`${place}.length`} value={still.length} change={(length) => set({ length: length ?? "10s" })} />
      <PlaceFault place={place} />
    </div>
  );
}
