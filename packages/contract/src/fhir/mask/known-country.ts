let names: ReadonlyMap<string, string> | undefined;

/** The text if it is a country's code (ISO 3166, two or three letters) or English name; an address may hold anything. */
export function knownCountry(text: string): string | undefined {
  const trimmed = text.trim();
  if (/^[A-Z]{2,3}$/.test(trimmed)) return trimmed;
  names ??= englishNames();
  return names.get(trimmed.toLowerCase());
}

function englishNames(): ReadonlyMap<string, string> {
  const regions = new Intl.DisplayNames(["en"], { type: "region", fallback: "none" });
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".split("");
  const found = letters.flatMap((first) => letters.flatMap((second) => regions.of(first + second) ?? []));
  return new Map(found.map((name) => [name.toLowerCase(), name]));
}
