import type { Problem } from "../errors/hilum-error.ts";
import { capabilities, phiClassOf } from "../capabilities/capabilities.ts";
import { checkPluginId } from "../ids/plugin-id.ts";
import { canonicalJson } from "../json/canonical-json.ts";
import { pointerTo } from "../json/pointer.ts";
import { readPositionedJson } from "../json/positioned-json.ts";
import { isRecord, type Report } from "../json/shape.ts";
import { parseScope } from "../scopes/parse-scope.ts";
import { formatScope, isScope, scopeSettings } from "../scopes/scope.ts";
import { findInvisible, findLookAlike } from "../text/deceptive-text.ts";
import { isWebAddress } from "../text/formats.ts";
import { checkDestinations } from "./check-destinations.ts";
import { checkConfigSchema } from "./config-profile.ts";
import { checkIngress } from "./ingress.ts";
import { checkMigrations } from "./migrations-shape.ts";
import { manifestShape } from "./manifest-shape.ts";
import type { Manifest } from "./manifest.ts";
import { checkPages } from "./plugin-pages.ts";
import { checkSetup } from "./check-setup.ts";
import { checkStorage } from "./storage-shape.ts";

/** Size of a manifest's text, in UTF-8 bytes. */
export const manifestBytesMax = 262_144;
const depthMax = 16;
const problemsMax = 50;

export type ParsedManifest =
  | {
      ok: true;
      manifest: Manifest;
      /** The manifest in RFC 8785 form: two texts that say the same have the same one. Its SHA-256 is the digest. */
      canonical: string;
    }
  | {
      ok: false;
      /** `manifest.id_reserved` where that is the only fault, else `manifest.invalid`. */
      code: "manifest.invalid" | "manifest.id_reserved";
      problems: Problem[];
    };

export interface ParseManifestOptions {
  /** True for a plugin that comes with Hilum. */
  included?: boolean;
  /** What only this installation can judge; asked where the manifest is right by itself. */
  judge?: (manifest: Manifest) => Problem | undefined;
}

/**
 * Reads `hilum.json` (docs/reference/manifest.md) from its text, or from a value that was parsed already. Every fault
 * is named with its RFC 6901 pointer, its line (of a text) and the mend; at most fifty.
 */
export function parseManifest(input: unknown, options: ParseManifestOptions = {}): ParsedManifest {
  const text = typeof input === "string" ? input : writeOut(input);
  if (text === undefined)
    return refused([
      {
        pointer: "",
        message: "the manifest is not a JSON value",
        fix: "Pass an object of strings, numbers, lists and objects.",
      },
    ]);
  if (new TextEncoder().encode(text).length > manifestBytesMax)
    return refused([{ pointer: "", message: "the manifest is larger than 256 KiB", fix: "Shorten it." }]);
  const json = readPositionedJson(text, { depthMax });
  const problems = json.value === undefined ? json.problems : [...json.problems, ...checkManifest(json.value, options)];
  if (problems.length > 0) {
    const placed = problems.map((problem) =>
      withLine(problem, typeof input === "string" ? json.lineOf : () => undefined),
    );
    return refused(placed, isReserved(json.value, options) ? "manifest.id_reserved" : "manifest.invalid");
  }
  const manifest = json.value as Manifest;
  return { ok: true, manifest, canonical: canonicalJson(manifest) };
}

function writeOut(input: unknown): string | undefined {
  try {
    return JSON.stringify(input);
  } catch {
    // Cycles, BigInt, a throwing toJSON, or nesting beyond the stack.
    return undefined;
  }
}

type RefusalCode = Extract<ParsedManifest, { ok: false }>["code"];

function refused(problems: readonly Problem[], code: RefusalCode = "manifest.invalid"): ParsedManifest {
  const only = problems.length === 1 && problems[0]?.pointer === "/id";
  return { ok: false, code: only ? code : "manifest.invalid", problems: problems.slice(0, problemsMax) };
}

function isReserved(value: unknown, options: ParseManifestOptions): boolean {
  return (
    isRecord(value) &&
    typeof value["id"] === "string" &&
    checkPluginId(value["id"], options)?.code === "manifest.id_reserved"
  );
}

/** The line of the place itself or, where it is missing, of what should hold it. */
function withLine(problem: Problem, lineOf: (pointer: string) => number | undefined): Problem {
  if (problem.line !== undefined) return problem;
  for (let pointer = problem.pointer; ; pointer = pointer.slice(0, pointer.lastIndexOf("/"))) {
    const line = lineOf(pointer);
    if (line !== undefined) return { ...problem, line };
    if (pointer === "") return problem;
  }
}

function checkManifest(value: unknown, options: ParseManifestOptions): Problem[] {
  const problems: Problem[] = [];
  const report: Report = (pointer, message, fix) =>
    void problems.push({ pointer, message, ...(fix === undefined ? {} : { fix }) });
  checkVisible(value, "", report);
  manifestShape.check(value, "", report);
  if (!isRecord(value)) return problems;
  if (typeof value["id"] === "string") {
    const problem = checkPluginId(value["id"], options);
    if (problem !== undefined) report(problem.pointer, problem.message, problem.fix);
  }
  // What follows reads the manifest as its type, so it looks only at one whose shape is right.
  if (problems.length > 0) return problems;
  const manifest = value as unknown as Manifest;
  checkNames(manifest, report);
  checkPaths(manifest, report);
  checkPages(manifest, isInnerPath, report);
  checkClassification(manifest, report);
  checkStorage(manifest, report);
  if (manifest.config !== undefined)
    for (const problem of checkConfigSchema(manifest.config))
      report(`/config${problem.pointer}`, problem.message, problem.fix);
  if (problems.length > 0) return problems;
  checkScopes(manifest, report);
  checkSetup(manifest, report);
  checkDestinations(manifest, report);
  checkIngress(manifest, report);
  checkMigrations(manifest, report);
  const judged = problems.length === 0 ? options.judge?.(manifest) : undefined;
  return judged === undefined ? problems : [judged];
}

/** No string of a manifest, and no name of a member, may hold what a reviewer cannot see (threat 129). */
function checkVisible(value: unknown, pointer: string, report: Report): void {
  if (typeof value === "string") {
    const found = findInvisible(value);
    if (found !== undefined) report(pointer, `holds the invisible character ${found}`, "Remove it.");
  } else if (typeof value === "object" && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      const here = pointerTo(pointer, name);
      const found = findInvisible(name);
      if (found !== undefined)
        report(pointer, `has a member whose name holds the invisible character ${found}`, "Remove it.");
      checkVisible(member, here, report);
    }
  }
}

function checkNames(manifest: Manifest, report: Report): void {
  for (const field of ["name", "publisher"] as const) {
    const text = manifest[field];
    if (text === undefined) continue;
    const word = findLookAlike(text);
    if (word !== undefined)
      report(`/${field}`, "mixes alphabets whose letters look alike", "Write each word in one alphabet.");
    if (text !== text.trim()) report(`/${field}`, "begins or ends with a blank", "Remove the blank.");
  }
  const { homepage } = manifest;
  if (homepage !== undefined && !(isWebAddress(homepage) && homepage.startsWith("https://")))
    report("/homepage", "is not an https address", "Write an address that begins with https://.");
}

/** A path inside the plugin's folder: relative, with forward slashes, and no part that leads out or hides. */
function isInnerPath(path: string): boolean {
  return /^[A-Za-z0-9_@+-][A-Za-z0-9_@+.-]*(?:\/[A-Za-z0-9_@+-][A-Za-z0-9_@+.-]*)*$/.test(path);
}

function checkPaths({ runtime, icon }: Manifest, report: Report): void {
  const fix = "Write a path inside the plugin's folder, such as dist/main.mjs.";
  if (icon !== undefined && !(isInnerPath(icon) && /\.(?:svg|png)$/.test(icon)))
    report("/icon", "is not the path of a .svg or .png file in the plugin's folder", "Write a path such as icon.svg.");
  if (runtime === undefined) return;
  if (runtime.kind === "remote") {
    if (runtime.entry !== undefined)
      report("/runtime/entry", "a remote plugin runs elsewhere and has no entry here", "Remove it.");
  } else if (runtime.entry === undefined) report("/runtime/entry", "`entry` is missing", fix);
  else if (!isInnerPath(runtime.entry)) report("/runtime/entry", "is not a path inside the plugin's folder", fix);
}

function checkClassification(manifest: Manifest, report: Report): void {
  const declared = manifest.classification?.phi;
  if (declared === undefined || phiClassOf(manifest) === declared) return;
  const capability = manifest.capabilities.find((name) => capabilities[name].phi === phiClassOf(manifest));
  report(
    "/classification/phi",
    `\`${declared}\` is less than ${capability ?? "its capabilities"} implies`,
    `Write \`${phiClassOf(manifest)}\`, or leave it out.`,
  );
}

function checkScopes(manifest: Manifest, report: Report): void {
  const seen = new Set<string>();
  for (const [index, { scope: text }] of (manifest.scopes ?? []).entries()) {
    const pointer = `/scopes/${index}/scope`;
    const scope = parseScope(text);
    if (!isScope(scope)) {
      report(pointer, scope.message, scope.fix);
      continue;
    }
    const spelled = formatScope(scope);
    if (seen.has(spelled)) report(pointer, `\`${spelled}\` is asked for twice`, "Keep one of the two.");
    seen.add(spelled);
    for (const name of scopeSettings(scope)) checkScopeSetting(manifest, name, pointer, report);
  }
}

function checkScopeSetting(manifest: Manifest, name: string, pointer: string, report: Report): void {
  const declared = Object.entries(manifest.config?.properties ?? {}).find(([other]) => other === name)?.[1];
  if (declared === undefined)
    report(
      pointer,
      `names the setting \`${name}\`, which config does not declare`,
      "Declare it in /config/properties.",
    );
  else if (declared.secret === true || declared.type === "array" || declared.type === "boolean")
    report(
      pointer,
      `names the setting \`${name}\`, which cannot be part of a destination`,
      "Use a text or a whole number that is not a secret.",
    );
}
