import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  heldSecrets,
  HilumError,
  hooksOf,
  protocolVersion,
  secretNames,
  type Context,
  type Manifest,
} from "@hilum/contract";
import {
  conformanceFormat,
  ConformanceSubject,
  type ConformanceCase,
  type ConformanceResult,
} from "@hilum/contract/api";
import { parseResource } from "@hilum/contract/wire";
import { digestFiles, readFolder } from "@hilum/devtools";
import {
  knowledgeOf,
  runCases,
  standInFetch,
  type Knowledge,
  type Program,
  type Subject,
} from "@hilum/devtools/conformance";
import type { Sandbox, StartSpec } from "@hilum/host";
import type { PluginRow, Store } from "@hilum/store";
import { createCheck } from "../../http/validation.ts";
import { makeId } from "../../make-id.ts";
import { loadPlugin, manifestOf } from "../plugins/load-instance.ts";
import type { ConformanceFiles } from "./conformance-files.ts";
import { madeUpSettings } from "./made-up-settings.ts";

/** Runs of different plugins at once: each has three processes. */
const runsAtOnce = 2;
const subjectFile = "conformance.json";

/** Judges plugins' code on this server, in the sandbox, with nothing of this server in reach. */
export interface ConformanceService {
  run(
    context: Context,
    plugin: string,
    request: { cases?: readonly string[]; subject?: ConformanceSubject },
  ): Promise<ConformanceResult>;
  /** Judges code that is not registered yet, and keeps no result of it. */
  judge(
    context: Pick<Context, "now" | "actor">,
    plugin: PluginRow,
    cases?: readonly string[],
  ): Promise<ConformanceResult>;
  list(plugin: string): Promise<ConformanceResult[]>;
  read(plugin: string, run: string): Promise<ConformanceResult>;
}

type Parts = {
  store: Store;
  sandbox: Pick<Sandbox, "start">;
  files: ConformanceFiles;
  /** How the code of a plugin is started, or undefined where it has none here. */
  codeOf(plugin: PluginRow): Omit<StartSpec, "plugin" | "instance"> | undefined;
  version: string;
};

const checkSubject = createCheck(ConformanceSubject, "body");

export function createConformanceService({ store, sandbox, files, codeOf, version }: Parts): ConformanceService {
  const running = new Set<string>();

  async function judge(
    context: Pick<Context, "now" | "actor">,
    plugin: PluginRow,
    code: NonNullable<ReturnType<typeof codeOf>>,
    request: Parameters<ConformanceService["run"]>[2],
  ): Promise<ConformanceResult> {
    const startedAt = context.now();
    const startedMs = performance.now();
    const manifest = manifestOf(plugin);
    const codeDigest = digestFiles(await readFolder(code.codeDir));
    const known = request.subject ?? (await readSubject(code.codeDir));
    const cases = await runCases({
      subject: subjectOf(manifest, known, () => startInSandbox(sandbox, plugin.id, code)),
      knowledge: knowledgeFrom(manifest, known),
      ...(request.cases === undefined ? {} : { only: request.cases }),
    });
    return {
      format: conformanceFormat,
      id: makeId(startedAt.getTime()),
      plugin: {
        ...{ id: plugin.id, name: plugin.name, manifestDigest: plugin.digest, codeDigest },
        ...(plugin.version === undefined ? {} : { version: plugin.version }),
      },
      host: { version, protocol: protocolVersion },
      startedAt: startedAt.toISOString(),
      durationMs: Math.round(performance.now() - startedMs),
      by: context.actor.id,
      ...summarise(cases),
      cases,
    };
  }

  return {
    async run(context, id, request) {
      const plugin = await loadPlugin(store, id);
      const code = codeOf(plugin);
      if (code === undefined)
        throw new HilumError("conformance.no_code", { detail: `The code of ${plugin.name} is not on this server.` });
      if (running.has(id) || running.size >= runsAtOnce)
        throw new HilumError("conformance.in_progress", {
          detail: running.has(id) ? `${plugin.name} is being judged already.` : "Two other plugins are being judged.",
          retryAfterMs: 5_000,
        });
      running.add(id);
      try {
        const result = await judge(context, plugin, code, request);
        await files.add(result);
        return result;
      } finally {
        running.delete(id);
      }
    },
    judge(context, plugin, only) {
      const code = codeOf(plugin);
      if (code === undefined) throw new HilumError("conformance.no_code");
      return judge(context, plugin, code, only === undefined ? {} : { cases: only });
    },
    async list(id) {
      await loadPlugin(store, id);
      return await files.list(id);
    },
    async read(id, run) {
      await loadPlugin(store, id);
      const found = (await files.list(id)).find((result) => result.id === run);
      if (found === undefined) throw new HilumError("conformance.run_not_found");
      return found;
    },
  };
}

function summarise(cases: readonly ConformanceCase[]): Pick<ConformanceResult, "passed" | "counts"> {
  const count = (outcome: ConformanceCase["outcome"]): number => cases.filter((one) => one.outcome === outcome).length;
  const counts = { passed: count("passed"), failed: count("failed"), skipped: count("skipped") };
  return { passed: counts.failed === 0 && counts.passed > 0, counts };
}

/** What the plugin's folder says of itself. Throws `request.invalid` that names the place in the file. */
async function readSubject(folder: string): Promise<ConformanceSubject> {
  const text = await readFile(join(folder, subjectFile), "utf8").catch(() => undefined);
  if (text === undefined) return {};
  try {
    const subject: unknown = JSON.parse(text);
    checkSubject(subject);
    return subject as ConformanceSubject;
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new HilumError("request.invalid", { detail: `${subjectFile} is no JSON.`, cause: error });
    throw error;
  }
}

/** Settings that are made up, no network, no grant: a plugin under judgement has nothing that it could harm. */
function subjectOf(
  manifest: Manifest,
  { settings: given = {}, answers }: ConformanceSubject,
  start: () => Promise<Program>,
): Subject {
  const { config } = manifest;
  const settings = config === undefined ? {} : madeUpSettings(config, given);
  const held = new Set(heldSecrets(manifest));
  const secrets = (config === undefined ? [] : secretNames(config)).flatMap((name) => {
    const value = settings[name];
    return typeof value === "string" ? [value] : [];
  });
  return {
    ...{ start, plugin: manifest.id, secrets, grants: [] },
    settings: Object.fromEntries(Object.entries(settings).filter(([name]) => !held.has(name))),
    secretsHeld: [...held].filter((name) => settings[name] !== undefined),
    hooks: hooksOf(manifest).map(({ id }) => id),
    fetch: standInFetch(answers),
  };
}

function knowledgeFrom(
  manifest: Manifest,
  { channel, accepted, refused, record, hook }: ConformanceSubject,
): Knowledge {
  const reachesOut = (manifest.scopes ?? []).some(({ scope }) => scope.startsWith("net:"));
  return {
    ...knowledgeOf(manifest),
    ...(channel === undefined ? {} : { channel }),
    ...(accepted === undefined ? {} : { accepted }),
    ...(refused === undefined ? {} : { refused }),
    ...(record === undefined ? {} : { record: parseResource(record, "/record") }),
    ...(reachesOut ? { noProvider: "what it keeps lies beyond a destination, and nothing leaves this machine" } : {}),
    ...(hook === undefined ? {} : { hook }),
  };
}

async function startInSandbox(
  sandbox: Pick<Sandbox, "start">,
  plugin: string,
  code: Omit<StartSpec, "plugin" | "instance">,
): Promise<Program> {
  const process = await sandbox.start({ plugin, instance: "conformance", ...code });
  const { stdin, stdout, stderr } = process;
  return {
    ...{ stdin, stdout, stderr },
    exited: process.exited.then(({ code: status, signal, reason }) => status ?? signal ?? reason),
    closed: process.exited,
    kill: () => process.kill(),
  };
}
