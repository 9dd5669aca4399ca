import type { Problem } from "../errors/hilum-error.ts";
import { canonicalTypes } from "../fhir/canonical-types.ts";
import { checkPluginId } from "../ids/plugin-id.ts";
import { nearestName } from "../text/nearest-name.ts";
import { isHost, isPort } from "./network-name.ts";
import { settingOf, type Scope } from "./scope.ts";

const scopeLengthMax = 500;
const forms =
  "A scope is one of `system/Type.cruds`, `net:tcp://host:port`, `net:https://host:port`, `events:publish:type`, `events:subscribe:type`, `operations:call:plugin/name`, `jobs:schedule`.";

/** Reads one scope (DESIGN section 6). A Problem has an empty pointer: the caller knows where the scope stands. */
export function parseScope(text: string): Scope | Problem {
  if (text.length > scopeLengthMax) return refuse(text, "is longer than 500 characters", forms);
  if (!/^[\x21-\x7e]+$/.test(text)) return refuse(text, "holds a blank or a character that is not ASCII", forms);
  if (text.includes("*")) return refuse(text, "holds a wildcard", "Name each type, host and event by itself.");
  if (text.startsWith("net:")) return parseNet(text);
  if (text.startsWith("events:")) return parseEvents(text);
  if (text.startsWith("operations:")) return parseOperation(text);
  if (text === "jobs:schedule") return { kind: "jobs" };
  const data = /^(patient|user|system)\/([A-Za-z]+)\.([a-z]+)(?:\?(.*))?$/.exec(text);
  return data === null ? unknownScope(text) : parseData(text, data);
}

function refuse(text: string, message: string, fix?: string): Problem {
  const shown = text.length > 80 ? `${text.slice(0, 80)}...` : text;
  return {
    pointer: "",
    message: `\`${shown.replaceAll(/[^\x20-\x7e]/gu, "?")}\` ${message}`,
    ...(fix === undefined ? {} : { fix }),
  };
}

function didYouMean(candidate: string | undefined): string {
  return candidate === undefined ? forms : `Did you mean \`${candidate}\`?`;
}

function parseData(text: string, [, level = "", type = "", letters = "", query]: RegExpExecArray): Scope | Problem {
  const known = canonicalTypes.find((name) => name === type);
  if (known === undefined)
    return refuse(text, `names \`${type}\`, which is not a canonical type`, didYouMean(mendType(text, type)));
  const actions = (["c", "r", "u", "d", "s"] as const).filter((action) => letters.includes(action));
  const ordered = actions.join("");
  if (ordered !== letters)
    return refuse(
      text,
      "must end in letters of `cruds`, each once and in that order",
      ordered === "" ? "c create, r read, u update, d delete, s search." : didYouMean(`${level}/${type}.${ordered}`),
    );
  const filters = query === undefined ? [] : parseFilters(query);
  if (filters === undefined)
    return refuse(
      text,
      "has a filter that is not `name=value`",
      "Use plain search parameters joined by &, without modifiers, chains or repeats.",
    );
  return { kind: "data", level: level as "patient" | "user" | "system", resource: known, actions, filters };
}

function mendType(text: string, type: string): string | undefined {
  const near = nearestName(type, canonicalTypes);
  return near === undefined ? undefined : text.replace(`/${type}.`, `/${near}.`);
}

/** Modifiers (`name:exact`) and chains (`subject.name`) would widen what a reader expects: refused (CANONICAL.md). */
function parseFilters(query: string): [string, string][] | undefined {
  const filters = query.split("&").map((pair): [string, string] | undefined => {
    const at = pair.indexOf("=");
    const name = pair.slice(0, Math.max(at, 0));
    const value = pair.slice(at + 1);
    return /^_?[a-z][a-z0-9-]*$/.test(name) && /^[A-Za-z0-9._~:/|,%-]+$/.test(value) ? [name, value] : undefined;
  });
  const good = filters.filter((filter) => filter !== undefined);
  if (good.length !== filters.length || new Set(good.map(([name]) => name)).size !== good.length) return undefined;
  return good.toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function parseNet(text: string): Scope | Problem {
  const parts = /^net:([a-z]+):\/\/(\[[^\]]*\]|\{[^}]*\}|[^:/{}[\]]+)(?::([^:/]*))?(.*)$/.exec(text);
  if (parts === null) return refuse(text, "is not a destination", "Write `net:tcp://host:port`.");
  const [, protocol = "", host = "", port = "", rest = ""] = parts;
  if (protocol !== "tcp" && protocol !== "https")
    return refuse(
      text,
      `names the protocol \`${protocol}\``,
      didYouMean(`net:${nearestName(protocol, ["tcp", "https"]) ?? "tcp"}://${host}:${port === "" ? "port" : port}`),
    );
  if (rest !== "") return refuse(text, "goes on after the port", `Write \`net:${protocol}://${host}:${port}\`.`);
  if (settingOf(host) === undefined && !isHost(host))
    return refuse(
      text,
      `names \`${host}\`, which is not a host`,
      "Write a host name, an IPv4 address, an IPv6 address in brackets, or `{config.name}`.",
    );
  if (settingOf(port) === undefined && !isPort(port))
    return refuse(
      text,
      "has no port between 1 and 65535",
      `Write it out, as in \`net:${protocol}://${host}:${protocol === "https" ? 443 : 25}\`, or \`{config.name}\`.`,
    );
  return { kind: "net", protocol, host: settingOf(host) === undefined ? host.toLowerCase() : host, port };
}

function parseEvents(text: string): Scope | Problem {
  const parts = /^events:(publish|subscribe):([a-z0-9]+(?:[.-][a-z0-9]+)*)$/.exec(text);
  if (parts === null)
    return refuse(
      text,
      "is not an event scope",
      "Write `events:publish:com.example.thing.v1` or `events:subscribe:...`.",
    );
  return { kind: "events", verb: parts[1] as "publish" | "subscribe", type: parts[2] ?? "" };
}

function parseOperation(text: string): Scope | Problem {
  const parts = /^operations:call:([^/]+)\/([a-z][a-zA-Z0-9_]{0,63})$/.exec(text);
  const plugin = parts?.[1] ?? "";
  const problem = checkPluginId(plugin, { included: true });
  if (parts === null || problem !== undefined)
    return refuse(text, "is not an operation", "Write `operations:call:com.example.plugin/name`.");
  return { kind: "operation", plugin, name: parts[2] ?? "" };
}

function unknownScope(text: string): Problem {
  const data = /^([a-z]+)\/([A-Za-z]+)\.([a-z]+)/.exec(text);
  const candidates = data === null ? spelledForms() : spelledForms(data[2], data[3]);
  return refuse(text, "is not a scope", didYouMean(nearestName(text, candidates)));
}

/** Scopes that somebody may have meant: each canonical type with the letters that were written. */
function* spelledForms(type?: string, letters: string = "r"): Generator<string> {
  yield* [
    "jobs:schedule",
    "net:tcp://host:port",
    "net:https://host:port",
    "events:publish:type",
    "events:subscribe:type",
    "operations:call:plugin/name",
  ];
  for (const level of ["system", "user", "patient"])
    for (const name of type === undefined ? canonicalTypes : [type]) yield `${level}/${name}.${letters}`;
}

/**
 * Fills a scope's `{config.name}` from settings. The grant of the result is pinned to these values: another value is
 * another scope, so a changed setting asks again. A Problem points at the setting that is missing or no destination.
 */
export function resolveScope(scope: Scope, settings: Readonly<Record<string, unknown>>): Scope | Problem {
  if (scope.kind !== "net") return scope;
  const host = fill(scope.host, settings, isHost, "a host name or an address");
  if (typeof host !== "string") return host;
  const port = fill(scope.port, settings, isPort, "a port between 1 and 65535");
  if (typeof port !== "string") return port;
  return { ...scope, host: host.toLowerCase(), port };
}

function fill(
  part: string,
  settings: Readonly<Record<string, unknown>>,
  valid: (text: string) => boolean,
  what: string,
): string | Problem {
  const name = settingOf(part);
  if (name === undefined) return part;
  const value = Object.hasOwn(settings, name) ? settings[name] : undefined;
  const text = spell(value);
  if (text === "")
    return {
      pointer: `/${name}`,
      message: `${name} is not set, so the destination is not known`,
      fix: `Set ${name} to ${what}.`,
    };
  return valid(text)
    ? text
    : { pointer: `/${name}`, message: `${name} is not ${what}`, fix: `Set ${name} to ${what}.` };
}

/** An IPv6 address is written in brackets inside a scope and without them in a setting. */
function spell(value: unknown): string {
  if (typeof value === "number") return String(value);
  if (typeof value !== "string") return "";
  return value.includes(":") && !value.startsWith("[") ? `[${value}]` : value;
}
