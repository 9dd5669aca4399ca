const year = String.raw`(?:[1-9]\d{3}|0(?:[1-9]\d\d|0(?:[1-9]\d|0[1-9])))`;
const month = String.raw`(?:0[1-9]|1[0-2])`;
const day = String.raw`(?:0[1-9]|[12]\d|3[01])`;
const clock = String.raw`(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d{1,9})?`;
const zone = String.raw`(?:Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00))`;

const patterns = {
  date: new RegExp(`^${year}(?:-${month}(?:-${day})?)?$`),
  dateTime: new RegExp(`^${year}(?:-${month}(?:-${day}(?:T${clock}${zone})?)?)?$`),
  instant: new RegExp(`^${year}-${month}-${day}T${clock}${zone}$`),
  time: new RegExp(`^${clock}$`),
  code: /^\S+(?: \S+)*$/,
  id: /^[A-Za-z0-9\-.]{1,64}$/,
  oid: /^urn:oid:[0-2](?:\.(?:0|[1-9]\d*))+$/,
  uuid: /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
  uri: /^\S+$/,
  base64: /^[A-Za-z0-9+/]+={0,2}$/,
  // Control characters other than tab and line ends are not part of a FHIR string.
  text: /^[\t\n\r\u0020-\uFFFF]+$/,
};

const textCharsMax = 1024 * 1024;
const inlineBytesMax = 1024 * 1024;
const int32Max = 2_147_483_647;

/** What is wrong with a primitive and how to mend it. Never quotes the value. */
export interface PrimitiveFault {
  code: "structure" | "value" | "too-long";
  message: string;
  fix: string;
}

type PrimitiveCheck = (value: unknown) => PrimitiveFault | undefined;

/**
 * The lexical rules of FHIR R4 primitives (datatypes.html#primitive), by type code. Base64 is held to 1 MiB decoded and
 * must not be broken into lines; larger content belongs into a Binary that is uploaded by itself.
 */
export const primitiveChecks: ReadonlyMap<string, PrimitiveCheck> = new Map<string, PrimitiveCheck>([
  ["boolean", (value) => (typeof value === "boolean" ? undefined : wrongType("true or false"))],
  ["decimal", numeric(-Number.MAX_VALUE, Number.MAX_VALUE, false)],
  ["integer", numeric(-int32Max - 1, int32Max, true)],
  ["unsignedInt", numeric(0, int32Max, true)],
  ["positiveInt", numeric(1, int32Max, true)],
  ["string", textual(undefined, "")],
  ["markdown", textual(undefined, "")],
  ["xhtml", textual(undefined, "")],
  ["code", textual(patterns.code, "Write the code without spaces around it.")],
  ["id", textual(patterns.id, "Use 1 to 64 of the characters A-Z, a-z, 0-9, - and .")],
  ["uri", textual(patterns.uri, "Write the address without spaces.")],
  ["url", textual(patterns.uri, "Write the address without spaces.")],
  ["canonical", textual(patterns.uri, "Write the address without spaces.")],
  ["oid", textual(patterns.oid, "Write urn:oid: and the dotted number.")],
  ["uuid", textual(patterns.uuid, "Write urn:uuid: and the UUID in lower case.")],
  ["time", textual(patterns.time, "Write hh:mm:ss.")],
  ["date", dated(patterns.date, "Write YYYY, YYYY-MM or YYYY-MM-DD, a day that exists.")],
  [
    "dateTime",
    dated(patterns.dateTime, "Write YYYY, YYYY-MM, YYYY-MM-DD, or YYYY-MM-DDThh:mm:ss with a zone (Z or +hh:mm)."),
  ],
  ["instant", dated(patterns.instant, "Write YYYY-MM-DDThh:mm:ss with a zone (Z or +hh:mm).")],
  ["base64Binary", base64],
]);

function wrongType(expected: string): PrimitiveFault {
  return { code: "structure", message: `This must be ${expected}.`, fix: `Write ${expected}.` };
}

function numeric(min: number, max: number, whole: boolean): PrimitiveCheck {
  return (value) => {
    if (typeof value !== "number") return wrongType("a number");
    if (!Number.isFinite(value))
      return { code: "value", message: "The number is out of range.", fix: "Write a finite number." };
    if (whole && !Number.isInteger(value))
      return { code: "value", message: "This must be a whole number.", fix: "Leave out the fraction." };
    if (value < min || value > max)
      return { code: "value", message: "The number is out of range.", fix: `Write a number from ${min} to ${max}.` };
    return undefined;
  };
}

function textual(pattern: RegExp | undefined, fix: string): PrimitiveCheck {
  return (value) => {
    if (typeof value !== "string") return wrongType("a text");
    if (value.length > textCharsMax)
      return {
        code: "too-long",
        message: "The text is longer than 1 MB.",
        fix: "Shorten it, or upload it as a Binary.",
      };
    if (value.length === 0 || value.trim() === "")
      return { code: "value", message: "The text is empty.", fix: "Write a value, or leave the property out." };
    if (!value.isWellFormed())
      return { code: "value", message: "The text holds half of a surrogate pair.", fix: "Send well-formed Unicode." };
    if (pattern !== undefined && !pattern.test(value))
      return { code: "value", message: "The text does not have the form of its type.", fix };
    if (!patterns.text.test(value))
      return {
        code: "value",
        message: "The text holds control characters.",
        fix: "Keep only tab, line feed and carriage return.",
      };
    return undefined;
  };
}

function dated(pattern: RegExp, fix: string): PrimitiveCheck {
  return (value) => {
    if (typeof value !== "string") return wrongType("a text");
    return pattern.test(value) && dayExists(value)
      ? undefined
      : { code: "value", message: "This is not a date of its type.", fix };
  };
}

function dayExists(date: string): boolean {
  if (date.length < 10) return true;
  const lastDay = new Date(Date.UTC(Number(date.slice(0, 4)), Number(date.slice(5, 7)), 0)).getUTCDate();
  return Number(date.slice(8, 10)) <= lastDay;
}

function base64(value: unknown): PrimitiveFault | undefined {
  if (typeof value !== "string") return wrongType("a text");
  if (value.length > ((inlineBytesMax + 2) / 3) * 4)
    return {
      code: "too-long",
      message: "Inline data is larger than 1 MiB.",
      fix: "Upload it as a Binary and refer to it.",
    };
  if (value.length % 4 !== 0 || !patterns.base64.test(value))
    return {
      code: "value",
      message: "This is not base64.",
      fix: "Encode the bytes as base64 (RFC 4648 section 4) with padding and without line breaks.",
    };
  return undefined;
}

/**
 * Compares two FHIR dates or instants at the precision that both have: negative, zero, positive. Instants are compared
 * as instants, whatever their zones; a date beside an instant is compared by its day as written.
 */
export function comparePoints(a: string, b: string): number {
  if (a.length > 10 && b.length > 10) {
    const difference = Date.parse(a) - Date.parse(b);
    if (!Number.isNaN(difference)) return difference;
  }
  const shared = Math.min(a.length, b.length, 10);
  const [left, right] = [a.slice(0, shared), b.slice(0, shared)];
  return left < right ? -1 : left > right ? 1 : 0;
}
