import { randomBytes } from "node:crypto";
import {
  HilumError,
  isScope,
  parseScope,
  phiClassOf,
  resolveScope,
  formatScope,
  type Context,
  type Manifest,
} from "@hilum/contract";
import type {
  AnswerTo,
  CallContext,
  Decision,
  Host,
  HostCode,
  HostServices,
  InstanceSpec,
  InstanceStatus,
  RunnerSpec,
  StartSpec,
} from "@hilum/host";
import type { InstanceKey, PluginRow, Store } from "@hilum/store";
import { fillDestinations } from "./fill-destinations.ts";
import { hookAddresses } from "../hooks/hook-address.ts";
import { refuseCutOff } from "./cut-off.ts";
import type { GrantTable } from "./grant-table.ts";
import { loadConfigured, manifestOf, openSettings } from "./load-instance.ts";
import { effectiveScopes, scopesOf } from "./scopes-of.ts";
import type { ClientTokens } from "./setup/oauth/client-token.ts";
import { trialToken } from "./setup/oauth/token-keeper.ts";
import type { LookedAt } from "./setup/destination-rows.ts";
import type { SetupDestination } from "./setup/destinations-of.ts";

/** Deadlines in milliseconds. A check talks to a provider, which may be slow before it fails. */
const checkMs = 45_000;
const drainMs = 10_000;

const defaultLimits = { memoryMb: 192, cpu: 0.5, pids: 32, tmpMb: 16 } as const;

export type CheckMethod = "config.validate" | "setup.check" | "setup.discover" | "health.check" | "smoke.run";

/** Starts instances from what is stored about them, and asks them things. */
export interface InstanceRunner {
  start(context: CallContext, key: InstanceKey, options?: { keepTrying?: boolean }): Promise<void>;
  stop(key: InstanceKey): Promise<void>;
  /** Ends it at once, calls in flight included. */
  cut(key: InstanceKey): Promise<void>;
  status(key: InstanceKey): InstanceStatus | undefined;
  /** The code that it was started with here, as `runsOf` names it; undefined where it was not, or was stopped. */
  startedWith(key: InstanceKey): string | undefined;
  check<Method extends CheckMethod>(
    context: CallContext,
    key: InstanceKey & { trial?: string },
    method: Method,
    params: Record<string, unknown>,
  ): Promise<AnswerTo<Method>>;
  /** Runs the code with settings that are not saved, in a process of its own that may reach just the destinations those settings name. */
  tryOut<T>(
    context: Context,
    key: InstanceKey,
    settings: Record<string, unknown>,
    work: (trial: InstanceKey & { trial: string }) => Promise<T>,
  ): Promise<T>;
  /** As `tryOut`, with the code of another version and what that may do, beside the one that runs. */
  tryVersion<T>(
    context: CallContext,
    version: { plugin: PluginRow; settings: Record<string, unknown>; scopes: readonly string[] },
    key: InstanceKey,
    work: (trial: InstanceKey & { trial: string }) => Promise<T>,
  ): Promise<T>;
  /** Whether the running instance may be handed test messages alone: what it sends is under no agreement. */
  takesTestsOnly(key: InstanceKey): boolean;
  /** How a plugin's code is started in a sandbox; undefined for code that is Hilum's own, or not on this server. */
  codeOf(plugin: PluginRow): Omit<StartSpec, "plugin" | "instance"> | undefined;
  /** Looks at destinations as a trial would reach them, without starting one. */
  probe(context: Context, key: InstanceKey, destinations: readonly SetupDestination[]): Promise<LookedAt[]>;
  /** Asked by the host before it starts or calls an instance. */
  decideCall(request: { key: InstanceKey & { trial?: string } }): Decision;
}

export interface RunnerParts {
  host(): Host;
  store: Store;
  grants: GrantTable;
  /** Code of the platform itself, by plugin id. */
  hostCode: ReadonlyMap<
    string,
    (key: InstanceKey, settings: Record<string, unknown>, services: HostServices) => HostCode
  >;
  /** The access token of a sign-in that is saved, renewed where it must be. */
  accessToken(key: InstanceKey, step: string): Promise<string>;
  /** Tokens that need no person. */
  clientTokens: ClientTokens;
  /** What a linked folder finds where its runtime looks for packages: the SDK. */
  developmentModules: Readonly<Record<StartSpec["runtime"], NonNullable<StartSpec["extraReadOnly"]>>>;
  /** Where vendors reach this server. */
  publicUrl(): string;
  /** Holds an installed package to what was taken, before each of its starts. Throws `package.modified`, `package.revoked`. */
  verifyPackage(digest: string): Promise<void>;
}

export function createInstanceRunner({
  host,
  store,
  grants,
  hostCode,
  accessToken,
  clientTokens,
  developmentModules,
  publicUrl,
  verifyPackage,
}: RunnerParts): InstanceRunner {
  /** Instances that somebody had the right to start and did, and whether they may be handed test messages alone. */
  const permitted = new Map<string, { testsOnly: boolean }>();
  const started = new Map<string, string>();

  function runnerOf(
    plugin: PluginRow,
    manifest: Manifest,
    key: InstanceKey,
    settings: Record<string, unknown>,
  ): RunnerSpec {
    const create = hostCode.get(plugin.id);
    if (plugin.code === "host" && create !== undefined)
      return { kind: "host", create: (services) => create(key, settings, services) };
    if (plugin.code === "remote") return { kind: "remote" };
    const code = codeOf(plugin, manifest);
    if (code === undefined)
      throw new HilumError("instance.wrong_state", {
        detail: "The plugin has no code to run: its manifest names no runtime, or no folder is linked.",
      });
    const { package: taken } = plugin;
    return { kind: "sandboxed", ...code, ...(taken === undefined ? {} : { verify: () => verifyPackage(taken) }) };
  }

  function codeOf(plugin: PluginRow, manifest: Manifest) {
    const { kind, entry } = manifest.runtime ?? {};
    if (plugin.codePath === undefined || kind === undefined || kind === "remote" || entry === undefined)
      return undefined;
    const {
      memoryMb = defaultLimits.memoryMb,
      cpu = defaultLimits.cpu,
      pids = defaultLimits.pids,
    } = manifest.resources ?? {};
    return {
      runtime: kind,
      codeDir: plugin.codePath,
      entry,
      limits: { memoryMb, cpu, pids, tmpMb: defaultLimits.tmpMb },
      ...(plugin.code === "linked" ? { extraReadOnly: developmentModules[kind] } : {}),
    };
  }

  function specOf(
    plugin: PluginRow,
    manifest: Manifest,
    key: InstanceKey & { trial?: string },
    settings: Record<string, unknown>,
    scopes: readonly string[],
    testMode: boolean,
  ): InstanceSpec {
    const filled = fillDestinations(manifest, settings, {
      signIn: async (step) =>
        key.trial === undefined ? await accessToken(key, step) : trialToken(manifest, step, settings),
      client: (destination, auth) => clientTokens.token(key, destination, auth, settings),
      forget: (destination) => clientTokens.forget(key, destination),
    });
    return {
      ...key,
      runner: runnerOf(plugin, manifest, key, filled.settings),
      capabilities: manifest.capabilities,
      ...filled,
      hooks: hookAddresses(publicUrl(), key, manifest),
      grants: scopes,
      testMode,
      phi: phiClassOf(manifest) !== "none",
      ...(manifest.resources?.concurrency === undefined ? {} : { concurrency: manifest.resources.concurrency }),
    };
  }

  const tryVersion: InstanceRunner["tryVersion"] = async (context, { plugin, settings, scopes }, key, work) => {
    await refuseCutOff(store, key.plugin);
    const { instance } = await loadConfigured(store, key);
    const trial = { ...key, trial: randomBytes(6).toString("hex") };
    const forbid = grants.allowTrial(trial, scopes);
    permitted.set(nameOf(trial), { testsOnly: true });
    try {
      await host().start(specOf(plugin, manifestOf(plugin), trial, settings, scopes, instance.testMode), { context });
      return await work(trial);
    } finally {
      await host().stop(trial, { drainMs: 0 });
      permitted.delete(nameOf(trial));
      forbid();
    }
  };

  return {
    async start(context, key, { keepTrying = false } = {}) {
      await refuseCutOff(store, key.plugin);
      const { plugin, manifest, instance, values, grants: rows } = await loadConfigured(store, key);
      const settings = await openSettings(store, key, manifest);
      started.delete(nameOf(key));
      // The host's own code keeps what it is handed, so nothing leaves.
      permitted.set(nameOf(key), { testsOnly: instance.testMode && plugin.code !== "host" });
      await host().start(
        specOf(plugin, manifest, key, settings, effectiveScopes(scopesOf(manifest, values, rows)), instance.testMode),
        { context, keepTrying, drainMs },
      );
      started.set(nameOf(key), runsOf(plugin));
    },
    async stop(key) {
      started.delete(nameOf(key));
      await host().stop(key, { drainMs });
      permitted.delete(nameOf(key));
    },
    async cut(key) {
      started.delete(nameOf(key));
      permitted.delete(nameOf(key));
      await host().cut(key);
    },
    status: (key) => host().status(key),
    startedWith: (key) => started.get(nameOf(key)),
    check: (context, key, method, params) => host().call(context, { ...key, method, params, deadlineMs: checkMs }),
    async tryOut(context, key, settings, work) {
      const { plugin, manifest } = await loadConfigured(store, key);
      const version = { plugin, settings, scopes: networkScopesOf(manifest, settings) };
      return await tryVersion(context, version, key, work);
    },
    tryVersion,
    takesTestsOnly: (key) => permitted.get(nameOf(key))?.testsOnly ?? false,
    codeOf: (plugin) => codeOf(plugin, manifestOf(plugin)),
    async probe(context, key, destinations) {
      const trial = { ...key, trial: randomBytes(6).toString("hex") };
      const forbid = grants.allowTrial(
        trial,
        destinations.map(({ scope }) => formatScope(scope)),
      );
      try {
        return await Promise.all(
          destinations.map(async ({ target, hostSetting, portSetting }) => ({
            report: await host().probe(context, trial, target),
            ...(hostSetting === undefined ? {} : { hostSetting }),
            ...(portSetting === undefined ? {} : { portSetting }),
          })),
        );
      } finally {
        forbid();
      }
    },
    decideCall: ({ key }) =>
      permitted.has(nameOf(key))
        ? { allow: true }
        : { allow: false, code: "plugin.not_running", reason: "not_enabled" },
  };
}

/** Names the code and the manifest that an instance of a plugin runs with. */
export const runsOf = ({ package: taken, digest }: Pick<PluginRow, "package" | "digest">): string =>
  `${digest} ${taken ?? ""}`;

/** Destinations that the settings name and the manifest asks for. */
function networkScopesOf(manifest: Manifest, settings: Readonly<Record<string, unknown>>): string[] {
  return (manifest.scopes ?? []).flatMap(({ scope }) => {
    const parsed = parseScope(scope);
    const resolved = isScope(parsed) ? resolveScope(parsed, settings) : undefined;
    return resolved !== undefined && isScope(resolved) && resolved.kind === "net" ? [formatScope(resolved)] : [];
  });
}

const nameOf = ({ plugin, instance, trial }: InstanceKey & { trial?: string }): string =>
  `${plugin}/${instance}${trial === undefined ? "" : `#${trial}`}`;
