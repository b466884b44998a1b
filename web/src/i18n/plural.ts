/** Plural forms by the rules of a language; `#` stands for the number, written as the language writes it. */
export function plural(locale: string) {
  const rules = new Intl.PluralRules(locale);
  const number = new Intl.NumberFormat(locale);
  return (n: number, forms: { readonly one: string; readonly other: string }): string => {
    const form = rules.select(n) === "one" ? forms.one : forms.other;
    return form.replace("#", number.format(n));
  };
}
