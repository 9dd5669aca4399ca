/** Parts of a FHIR resource as a person reads them. The kind of a value is told by its shape: R4 datatypes.html. */
export type FhirObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is FhirObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const text = (value: unknown): string | undefined =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
const texts = (value: unknown): string[] =>
  (Array.isArray(value) ? (value as unknown[]) : [value]).map(text).filter((part) => part !== undefined);
const joined = (parts: readonly (string | undefined)[], by = " "): string | undefined => {
  const said = parts.filter((part) => part !== undefined && part !== "");
  return said.length === 0 ? undefined : said.join(by);
};

/** One line for a value; undefined for what has parts that are better shown one by one. */
export function sayValue(value: unknown): string | undefined {
  if (!isObject(value)) return text(value);
  for (const say of sayings) {
    const said = say(value);
    if (said !== undefined) return said;
  }
  return undefined;
}

const has = (value: FhirObject, ...names: readonly string[]): boolean =>
  names.some((name) => Object.hasOwn(value, name));

const sayings: readonly ((value: FhirObject) => string | undefined)[] = [
  function humanName(value) {
    if (!has(value, "family", "given")) return undefined;
    return (
      text(value["text"]) ??
      joined([...texts(value["prefix"]), ...texts(value["given"]), text(value["family"]), ...texts(value["suffix"])])
    );
  },
  function address(value) {
    if (!has(value, "line", "city", "postalCode", "country", "district", "state")) return undefined;
    const place = joined([text(value["postalCode"]), text(value["city"])]);
    return (
      text(value["text"]) ??
      joined([...texts(value["line"]), place, text(value["state"]), text(value["country"])], ", ")
    );
  },
  function concept(value) {
    if (!Array.isArray(value["coding"])) return undefined;
    const [first] = value["coding"] as unknown[];
    return text(value["text"]) ?? (isObject(first) ? (text(first["display"]) ?? text(first["code"])) : undefined);
  },
  function reference(value) {
    if (!has(value, "reference") && !(has(value, "display") && !has(value, "code", "system"))) return undefined;
    return text(value["display"]) ?? text(value["reference"]);
  },
  function attachment(value) {
    if (!has(value, "contentType")) return undefined;
    return joined([text(value["title"]), text(value["contentType"])], ", ");
  },
  function period(value) {
    if (!has(value, "start", "end") || has(value, "value")) return undefined;
    return `${text(value["start"]) ?? "…"} to ${text(value["end"]) ?? "…"}`;
  },
  function ratio(value) {
    if (!isObject(value["numerator"])) return undefined;
    return joined([sayValue(value["numerator"]), sayValue(value["denominator"])], " per ");
  },
  function range(value) {
    if (!isObject(value["low"]) && !isObject(value["high"])) return undefined;
    return joined([sayValue(value["low"]), sayValue(value["high"])], " to ");
  },
  function quantity(value) {
    if (!has(value, "value") || !has(value, "unit", "comparator", "code")) return undefined;
    return joined([text(value["comparator"]), text(value["value"]), text(value["unit"]) ?? text(value["code"])]);
  },
  function contactPoint(value) {
    return has(value, "system", "use") &&
      typeof value["value"] === "string" &&
      contactSystems.has(String(value["system"]))
      ? text(value["value"])
      : undefined;
  },
  function identifier(value) {
    return has(value, "system", "type", "use") ? text(value["value"]) : undefined;
  },
  function coding(value) {
    return has(value, "system", "code") ? (text(value["display"]) ?? text(value["code"])) : undefined;
  },
  function annotation(value) {
    return has(value, "text") && !has(value, "item") ? text(value["text"]) : undefined;
  },
];
const contactSystems = new Set(["phone", "fax", "email", "pager", "url", "sms", "other"]);

/** The code behind a word, with its system's short name: `LOINC 18842-5`. */
export function codeOf(value: unknown): string | undefined {
  if (!isObject(value)) return undefined;
  const [first] = Array.isArray(value["coding"]) ? (value["coding"] as unknown[]) : [value];
  if (!isObject(first) || typeof first["code"] !== "string") return undefined;
  const system = systemNames[String(first["system"])];
  return system === undefined ? undefined : `${system} ${first["code"]}`;
}
const systemNames: Readonly<Record<string, string>> = {
  "http://loinc.org": "LOINC",
  "http://snomed.info/sct": "SNOMED CT",
  "http://www.nlm.nih.gov/research/umls/rxnorm": "RxNorm",
  "http://hl7.org/fhir/sid/cvx": "CVX",
  "http://hl7.org/fhir/sid/icd-10-cm": "ICD-10-CM",
  "http://unitsofmeasure.org": "UCUM",
};

/** A record that a reference leads to, where it is one of this server. */
export function placeOf(value: unknown): { type: string; id: string } | undefined {
  const reference = isObject(value) ? value["reference"] : undefined;
  const [, type, id] =
    typeof reference === "string" ? (/^([A-Z][A-Za-z]{1,63})\/([A-Za-z0-9.-]{1,64})$/.exec(reference) ?? []) : [];
  return type === undefined || id === undefined ? undefined : { type, id };
}

/** `birthDate` as `Birth date`, `valueQuantity` as `Value`. */
export function elementWords(name: string): string {
  const bare = name.replace(
    /^(value|effective|onset|occurrence|performed|deceased|multipleBirth|medication)(?=[A-Z])[A-Za-z]+$/,
    "$1",
  );
  const spaced = bare.replaceAll(
    /([a-z])([A-Z])/g,
    (_, before: string, after: string) => `${before} ${after.toLowerCase()}`,
  );
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
