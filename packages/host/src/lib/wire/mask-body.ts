import { isRecordType } from "@hilum/contract/wire";

/** Members whose text is a token of the protocol and never a person's. */
const shownTexts: ReadonlySet<string> = new Set([
  ...[
    "call",
    "cause",
    "channel",
    "code",
    "contentType",
    "destination",
    "field",
    "hook",
    "id",
    "instance",
    "kind",
    "level",
  ],
  ...[
    "method",
    "outcome",
    "plugin",
    "protocol",
    "request",
    "retry",
    "sent",
    "severity",
    "state",
    "status",
    "step",
    "version",
  ],
]);
/** What tells which record is meant: its id may be a number that the clinic knows a patient by. */
const targetTexts: ReadonlySet<string> = new Set(["id", "version"]);
/** Pairs of a search: the name of a parameter is a token, its value is a person's. */
const searches: ReadonlySet<string> = new Set(["query", "ifNoneExist"]);
const pairsMax = 50;
/** Lists of such tokens: what a manifest declares. */
const shownLists: ReadonlySet<string> = new Set(["capabilities", "grants", "methods", "secretsHeld"]);
const shownNumbers: ReadonlySet<string> = new Set([
  ...["attempt", "code", "deadlineMs", "durationMs", "hops", "length", "offset", "recipient", "retryAfterMs", "size"],
  ...["status", "version", "count"],
]);
/** A FHIR resource shows what it is and how far it is; a `code` in it may be a diagnosis. */
const shownInResources: ReadonlySet<string> = new Set(["resourceType", "status"]);

const token = /^[A-Za-z0-9_.:/{}$-]{1,120}$/;
const memberName = /^[A-Za-z_$][A-Za-z0-9_$.-]{0,63}$/;
/** A search parameter with its modifier: `birthdate`, `name:exact`. */
const parameterName = /^_?[a-z][a-z-]{0,40}(?::[a-z]{1,12})?$/;
const depthMax = 16;
const itemsMax = 20;
const membersMax = 60;

interface Place {
  depth: number;
  name: string;
  inResource: boolean;
  inLimits: boolean;
}

/**
 * A body of the wire as it may be kept and shown: names and shapes stay; texts, numbers and lists do only where the
 * protocol knows them to be tokens of its own. Everything else says how long it is and nothing more.
 */
export function maskBody(body: unknown): unknown {
  return mask(body, { depth: 0, name: "", inResource: false, inLimits: false });
}

function mask(value: unknown, place: Place): unknown {
  if (typeof value === "string") return isShownText(value, place) ? value : `•••• (${value.length} characters)`;
  if (typeof value === "number") return isShownNumber(place) ? value : "•••• (number)";
  if (typeof value !== "object" || value === null) return value;
  if (place.depth >= depthMax) return "•••• (deeper)";
  return Array.isArray(value) ? maskItems(value, place) : maskMembers(value as Record<string, unknown>, place);
}

function isShownText(text: string, { name, inResource }: Place): boolean {
  if (!token.test(text)) return false;
  return inResource ? shownInResources.has(name) : shownTexts.has(name) || shownLists.has(name);
}

const isShownNumber = ({ name, inResource, inLimits }: Place): boolean =>
  !inResource && (inLimits || shownNumbers.has(name));

/** Items of a list are judged by the name of the list. */
function maskItems(items: readonly unknown[], place: Place): unknown[] {
  const name = shownLists.has(place.name) ? place.name : "";
  const shown = items.slice(0, itemsMax).map((item) => mask(item, { ...place, depth: place.depth + 1, name }));
  return items.length > itemsMax ? [...shown, `•••• (${items.length - itemsMax} more)`] : shown;
}

function maskMembers(members: Record<string, unknown>, place: Place): Record<string, unknown> {
  const inResource = place.inResource || typeof members["resourceType"] === "string";
  const entries = Object.entries(members);
  const aboutRecord = isRecordType(members["type"]);
  const shown = entries.slice(0, membersMax).map(([name, value], index): [string, unknown] => {
    if (aboutRecord && name === "type") return [name, value];
    if (aboutRecord && targetTexts.has(name)) return [name, hide(value)];
    if (!inResource && searches.has(name)) return [name, maskPairs(value)];
    const inner = { depth: place.depth + 1, name, inResource, inLimits: place.inLimits || name === "limits" };
    // Settings are the instance's own, whatever they are called.
    const hidden = name === "settings" || name === "config";
    return [memberName.test(name) ? name : `•••• ${index + 1}`, hidden ? hide(value) : mask(value, inner)];
  });
  if (entries.length > membersMax) shown.push(["••••", `${entries.length - membersMax} more`]);
  return Object.fromEntries(shown);
}

function maskPairs(value: unknown): unknown {
  if (!Array.isArray(value)) return hide(value);
  return value.slice(0, pairsMax).map((pair: unknown) => {
    const [name] = Array.isArray(pair) ? (pair as unknown[]) : [];
    return [typeof name === "string" && parameterName.test(name) ? name : "••••", "••••"];
  });
}

/** Names alone. */
function hide(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return "••••";
  return Object.fromEntries(
    Object.keys(value)
      .slice(0, membersMax)
      .map((name, index) => [memberName.test(name) ? name : `•••• ${index + 1}`, "••••"]),
  );
}
