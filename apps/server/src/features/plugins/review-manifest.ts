import {
  capabilities,
  describeMigration,
  describeScope,
  isScope,
  migrationsBetween,
  parseManifest,
  parseScope,
  phiClassOf,
  type ParsedManifest,
} from "@hilum/contract";
import type { ManifestReview } from "@hilum/contract/api";
import type { PluginRow } from "@hilum/store";
import { hilumVersion } from "../../version.ts";
import { judgeHostRange } from "./host-range.ts";

type Parsed = Extract<ParsedManifest, { ok: true }>;

/** A manifest in the words of the person who decides about it. `current` is what is registered under its id. */
export function reviewManifest(parsed: ParsedManifest, current: PluginRow | undefined): ManifestReview {
  if (!parsed.ok)
    return {
      valid: false,
      problems: parsed.problems.map(copyProblem),
      capabilities: [],
      scopes: [],
      effect: "refused",
      differences: [],
      settings: [],
    };
  const { manifest } = parsed;
  const differences = current === undefined ? [] : differencesOf(current.manifest, manifest);
  return {
    valid: true,
    problems: [],
    plugin: {
      id: manifest.id,
      name: manifest.name,
      phi: phiClassOf(manifest),
      ...(manifest.version === undefined ? {} : { version: manifest.version }),
      ...(manifest.publisher === undefined ? {} : { publisher: manifest.publisher }),
    },
    capabilities: manifest.capabilities.map((name) => ({
      name,
      title: capabilities[name].title,
      plain: capabilities[name].plain,
      served: capabilities[name].served,
    })),
    scopes: (manifest.scopes ?? []).map(({ scope, reason }) => ({ scope, reason, plain: plainOf(scope) })),
    effect: current === undefined ? "new" : differences.length === 0 ? "same" : "revision",
    differences,
    settings: current === undefined ? [] : migrationsBetween(current, manifest).flatMap(describeMigration),
  };
}

/** Reads a manifest as this Hilum takes it: one that asks for another version is refused by its line. */
export function readManifest(input: unknown, options: { included?: boolean } = {}): ParsedManifest {
  return parseManifest(input, { ...options, judge: (manifest) => judgeHostRange(manifest, hilumVersion) });
}

export type { Parsed };

function plainOf(scope: string): string {
  const parsed = parseScope(scope);
  return isScope(parsed) ? describeScope(parsed) : scope;
}

const copyProblem = ({
  pointer,
  message,
  line,
  fix,
}: {
  pointer: string;
  message: string;
  line?: number;
  fix?: string;
}) => ({ pointer, message, ...(line === undefined ? {} : { line }), ...(fix === undefined ? {} : { fix }) });

/** Leaves that were added, removed or changed, by JSON pointer; values shortened for a table. */
export function differencesOf(before: unknown, after: unknown): ManifestReview["differences"] {
  const [old, now] = [leavesOf(before), leavesOf(after)];
  return [...new Set([...old.keys(), ...now.keys()])]
    .toSorted()
    .filter((pointer) => old.get(pointer) !== now.get(pointer))
    .slice(0, 200)
    .map((pointer) => ({ pointer, ...side("before", old.get(pointer)), ...side("after", now.get(pointer)) }));
}

const side = (name: "before" | "after", value: string | undefined) => (value === undefined ? {} : { [name]: value });

function leavesOf(value: unknown, pointer = "", found = new Map<string, string>()): Map<string, string> {
  if (typeof value === "object" && value !== null) {
    for (const [name, member] of Object.entries(value))
      leavesOf(member, `${pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`, found);
  } else found.set(pointer, JSON.stringify(value)?.slice(0, 200) ?? "");
  return found;
}
