/** Names and figures in a row; what has no value is left out, what is bad is marked. */
type Row = readonly [name: string, value: string | null, bad?: boolean];

export function Pairs({ rows }: { readonly rows: readonly Row[] }) {
  return (
    <dl className="status-pairs">
      {rows.map(([name, value, bad]) =>
        value === null ? null : (
          <div key={name} data-bad={bad || undefined}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}
