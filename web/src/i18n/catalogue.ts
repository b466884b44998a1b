/** The shape of a catalogue: as English has it, with any wording. A missing or misspelt text does not compile. */
import type { en } from "./en";

type Wording<T> = T extends string
  ? string
  : T extends (...args: infer Args) => string
    ? (...args: Args) => string
    : T extends readonly (infer Item)[]
      ? readonly Wording<Item>[]
      : { readonly [Key in keyof T]: Wording<T[Key]> };

export type Catalogue = Wording<typeof en>;
