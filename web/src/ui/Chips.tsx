/** One of a few: radio buttons that look like chips. */

interface ChipsProps<T> {
  readonly legend: string;
  readonly name: string;
  readonly options: readonly T[];
  readonly chosen: T;
  readonly choose: (option: T) => void;
  readonly words: (option: T) => string;
}

export function Chips<T extends string | number | null>({ legend, name, options, chosen, choose, words }: ChipsProps<T>) {
  return (
    <fieldset className="choice">
      <legend>{legend}</legend>
      <div className="choice-options">
        {options.map((option) => (
          <label key={option ?? "none"} className="chip">
            <input type="radio" name={name} checked={option === chosen} onChange={() => choose(option)} />
            <span>{words(option)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
