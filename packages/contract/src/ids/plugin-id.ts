import type { Problem } from "../errors/hilum-error.ts";

export const pluginIdLengthMax = 128;
const label = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const firstLabel = /^[a-z]{2,}$/;

/** First labels that could be taken for the platform itself or for no domain at all. */
const reservedRoots: ReadonlySet<string> = new Set([
  "hilum",
  "localhost",
  "local",
  "internal",
  "invalid",
  "system",
  "host",
  "platform",
  "user",
  "token",
  "plugin",
]);
/** Ids that Hilum itself gives out. */
const ownPrefix = "org.hilum";

export interface PluginIdOptions {
  /** True for a plugin that comes with Hilum: only it may use an id under `org.hilum`. */
  included?: boolean;
}

/** A refused id: whether its form is wrong or it belongs to somebody else. */
export interface PluginIdProblem extends Problem {
  code: "manifest.invalid" | "manifest.id_reserved";
}

/**
 * Judges a plugin id: ASCII reverse-DNS in lower case, two labels or more of at most 63 characters, 128 in all (threat
 * 54, 129: no other alphabet, so nothing can look like an ASCII id but an ASCII id). Undefined when it may be used.
 */
export function checkPluginId(id: string, { included = false }: PluginIdOptions = {}): PluginIdProblem | undefined {
  const wrong = wrongForm(id);
  if (wrong !== undefined) return { code: "manifest.invalid", pointer: "/id", ...wrong };
  const [root = ""] = id.split(".");
  const own = id === ownPrefix || id.startsWith(`${ownPrefix}.`);
  if (own && included) return undefined;
  if (own || reservedRoots.has(root))
    return {
      code: "manifest.id_reserved",
      pointer: "/id",
      message: `\`${id}\` is reserved`,
      fix: "Use a reverse-DNS id of a domain that you own, such as com.example.mail.",
    };
  return undefined;
}

function wrongForm(id: string): { message: string; fix: string } | undefined {
  const fix =
    "Use lower-case ASCII letters, digits and single hyphens in two or more parts joined by dots, such as com.example.mail.";
  if (id.length > pluginIdLengthMax) return { message: `the id is longer than ${pluginIdLengthMax} characters`, fix };
  if (!/^[\x21-\x7e]*$/.test(id)) return { message: "the id holds a character that is not ASCII", fix };
  if (id !== id.toLowerCase())
    return { message: `\`${id}\` holds upper-case letters`, fix: `Write \`${id.toLowerCase()}\`.` };
  const labels = id.split(".");
  const good =
    labels.length >= 2 &&
    firstLabel.test(labels[0] ?? "") &&
    labels.every((part) => part.length <= 63 && label.test(part));
  return good ? undefined : { message: `\`${id}\` is not a reverse-DNS id`, fix };
}

/**
 * What an id looks like at a glance: two ids with the same skeleton can be mistaken for each other. `1`, `l`, `i` fall
 * together, as do `0` and `o`, `rn` and `m`, `vv` and `w`, `cl` and `d`, `5` and `s`; dots and hyphens fall away
 * (after Unicode TS 39 section 4, narrowed to the alphabet of ids).
 */
export function confusableSkeleton(id: string): string {
  return id
    .toLowerCase()
    .replaceAll(/[-._]/g, "")
    .replaceAll("m", "rn")
    .replaceAll("w", "vv")
    .replaceAll("d", "cl")
    .replaceAll(/[1il|]/g, "l")
    .replaceAll("0", "o")
    .replaceAll("5", "s");
}

/** The registered id that `id` can be mistaken for, if any. The same id is not a look-alike of itself. */
export function findConfusableId(id: string, registered: Iterable<string>): string | undefined {
  const skeleton = confusableSkeleton(id);
  for (const other of registered) if (other !== id && confusableSkeleton(other) === skeleton) return other;
  return undefined;
}

const instanceForm = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;

/** True for an instance id: 1 to 40 lower-case ASCII letters, digits and inner hyphens. */
export function isInstanceId(text: string): boolean {
  return instanceForm.test(text);
}
