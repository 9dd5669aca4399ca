import type { Actor, Context } from "@hilum/contract";
import { PassThrough } from "node:stream";
import type { Evidence, SmokeRun } from "@hilum/contract/api";
import type { InstanceKey, SmokeRunRow, Store } from "@hilum/store";
import type { Handlers, RequestOf } from "../../http/request.ts";
import type { AccessService } from "./access.ts";
import type { PagesService } from "../pages/pages.ts";
import type { HealthService } from "./health.ts";
import type { IncludedPlugin } from "./included.ts";
import type { LifecycleService } from "./lifecycle.ts";
import { loadInstance, loadPlugin } from "./load-instance.ts";
import type { LogHub } from "./log-hub.ts";
import type { PluginsService } from "./plugins.ts";
import type { Decided, RegistrationService, Waiting } from "./registration.ts";
import { readManifest, reviewManifest } from "./review-manifest.ts";
import { presentRevisions, type SettingsService } from "./settings.ts";
import type { GrantTable } from "./grant-table.ts";
import { tailLogs } from "./tail-logs.ts";
import type { SmokeService } from "./smoke.ts";

export interface PluginServices {
  store: Store;
  plugins: PluginsService;
  registration: RegistrationService;
  included: ReadonlyMap<string, IncludedPlugin>;
  settings: SettingsService;
  access: AccessService;
  grants: GrantTable;
  lifecycle: LifecycleService;
  health: HealthService;
  smoke: SmokeService;
  pages: PagesService;
  logs: LogHub;
  /** Whether the session or token that somebody came with still holds. */
  holds(actor: Actor): Promise<boolean>;
}

type PluginIds =
  | "listPlugins"
  | "registerPlugin"
  | "checkManifest"
  | "listIncludedPlugins"
  | "addIncludedPlugin"
  | "linkFolder"
  | "getPlugin"
  | "removePlugin"
  | "createInstance"
  | "removeInstance"
  | "listRegistrations"
  | "approveRegistration"
  | "rejectRegistration"
  | "getSettings"
  | "saveSettings"
  | "testSettings"
  | "listSettingsRevisions"
  | "restoreSettings"
  | "getAccess"
  | "decideAccess"
  | "getEnableGate"
  | "enableInstance"
  | "disableInstance"
  | "restartInstance"
  | "getPluginHealth"
  | "checkPluginHealth"
  | "runSmokeTests"
  | "listSmokeRuns"
  | "saveSmokeSchedule"
  | "listPluginLogs"
  | "tailPluginLogs";

const ok = { ok: true } as const;

export function createPluginHandlers(
  services: PluginServices,
  testDraft: (
    context: Context,
    key: InstanceKey,
    input: RequestOf<"testSettings">["body"],
  ) => Promise<{ ok: boolean; rows: Evidence[] }>,
): Handlers<PluginIds> {
  return {
    ...registrationHandlers(services),
    ...settingsHandlers(services, testDraft),
    ...lifecycleHandlers(services),
    ...healthHandlers(services),
  };
}

function registrationHandlers({ store, plugins, registration, included, lifecycle, grants, pages }: PluginServices) {
  const answer = async ({ plugin, instance, outcome }: Decided) => {
    if (outcome !== "revision_waits") await pages.accept(await loadPlugin(store, plugin));
    const { next } = await plugins.instance({ plugin, instance });
    const status = { registered: 201, unchanged: 200, revision_waits: 202 }[outcome];
    return {
      status,
      body: { plugin, instance, outcome, next, console: `/admin/ui/plugins/${plugin}` },
      note: { plugin, instance },
    };
  };
  return {
    listPlugins: async () => ({ status: 200, body: { items: await plugins.list() } }),
    getPlugin: async (_context, { params }) => ({ status: 200, body: await plugins.read(params.plugin) }),
    registerPlugin: async (context, { body, text, peer }) => {
      const registered = await registration.register(context, text ?? body, peer);
      return registered.outcome === "awaiting_approval" ? presentWaiting(registered) : await answer(registered);
    },
    checkManifest: async (_context, { body }) => {
      const parsed = readManifest(body.text);
      return {
        status: 200,
        body: reviewManifest(parsed, parsed.ok ? await store.plugins.find(parsed.manifest.id) : undefined),
      };
    },
    listIncludedPlugins: async () => {
      const known = new Set((await store.plugins.list()).map(({ id }) => id));
      const items = [...included.values()].map(({ manifest, code }) => ({
        id: manifest.id,
        name: manifest.name,
        description: manifest.description ?? "",
        capabilities: [...manifest.capabilities],
        registered: known.has(manifest.id),
        host: code.kind === "host",
      }));
      return { status: 200, body: { items } };
    },
    addIncludedPlugin: async (context, { params }) => answer(await registration.include(context, params.plugin)),
    linkFolder: async (context, { body }) => answer(await registration.link(context, body.path)),
    listRegistrations: async () => ({ status: 200, body: { items: await registration.waiting() } }),
    approveRegistration: async (context, { params }) => {
      const { registered, revised } = await registration.approve(context, params.registration);
      if (revised !== undefined) {
        await grants.refresh();
        for (const { plugin, instance } of await store.instances.list(revised.id))
          await lifecycle.apply(context, { plugin, instance });
      }
      return { ...(await answer(registered)), status: 200 };
    },
    rejectRegistration: async (_context, { params }) => {
      await registration.reject(params.registration);
      return { status: 200, body: ok };
    },
    removePlugin: async (_context, { params }) => {
      await plugins.remove(params.plugin);
      await grants.refresh();
      return { status: 200, body: ok };
    },
    createInstance: async (context, { params, body }) => ({
      status: 201,
      body: await plugins.createInstance(context, { plugin: params.plugin, instance: body.instance }, body.title),
      note: { instance: body.instance },
    }),
    removeInstance: async (_context, { params }) => {
      await plugins.removeInstance({ plugin: params.plugin, instance: params.instance });
      await grants.refresh();
      return { status: 200, body: ok };
    },
  } satisfies Partial<Handlers>;
}

function settingsHandlers(
  { settings, access, grants, lifecycle, store }: PluginServices,
  testDraft: Parameters<typeof createPluginHandlers>[1],
) {
  return {
    getSettings: async (_context, request) => ({ status: 200, body: await settings.read(keyOf(request)) }),
    saveSettings: async (context, request) => {
      await settings.save(context, keyOf(request), request.body);
      await lifecycle.apply(context, keyOf(request));
      return { status: 200, body: await settings.read(keyOf(request)) };
    },
    testSettings: async (context, request) => ({
      status: 200,
      body: await testDraft(context, keyOf(request), request.body),
    }),
    listSettingsRevisions: async (_context, request) => {
      await loadInstance(store, keyOf(request));
      return { status: 200, body: { items: presentRevisions(await settings.history(keyOf(request))) } };
    },
    restoreSettings: async (context, request) => {
      await settings.restore(context, keyOf(request), request.params.revision);
      await lifecycle.apply(context, keyOf(request));
      return { status: 200, body: await settings.read(keyOf(request)) };
    },
    getAccess: async (context, request) => {
      await loadInstance(store, keyOf(request));
      return { status: 200, body: await access.read(context, keyOf(request)) };
    },
    decideAccess: async (context, request) => {
      await access.decide(context, keyOf(request), request.body.decisions);
      await grants.refresh();
      await lifecycle.apply(context, keyOf(request));
      return {
        status: 200,
        body: await access.read(context, keyOf(request)),
        note: { count: request.body.decisions.length },
      };
    },
  } satisfies Partial<Handlers>;
}

function lifecycleHandlers({ plugins, lifecycle }: PluginServices) {
  return {
    getEnableGate: async (_context, request) => ({ status: 200, body: await lifecycle.gate(keyOf(request)) }),
    enableInstance: async (context, request) => {
      const { enabled, ready, rows } = await lifecycle.enable(context, keyOf(request), request.body.override?.reason);
      return {
        status: 200,
        body: { enabled, gate: { ready, rows }, instance: await plugins.instance(keyOf(request)) },
      };
    },
    disableInstance: async (context, request) => {
      await lifecycle.disable(context, keyOf(request));
      return { status: 200, body: await plugins.instance(keyOf(request)) };
    },
    restartInstance: async (context, request) => {
      await lifecycle.restart(context, keyOf(request));
      return { status: 200, body: await plugins.instance(keyOf(request)) };
    },
  } satisfies Partial<Handlers>;
}

function healthHandlers({ store, health, smoke, logs, holds }: PluginServices) {
  return {
    getPluginHealth: async (context, request) => ({ status: 200, body: await health.read(context, keyOf(request)) }),
    checkPluginHealth: async (context, request) => {
      await loadInstance(store, keyOf(request));
      await health.check(context, keyOf(request));
      return { status: 200, body: await health.read(context, keyOf(request)) };
    },
    runSmokeTests: async (context, request) => ({
      status: 200,
      body: await smoke.run(context, keyOf(request), {
        trigger: "person",
        tests: request.body.tests,
        recipient: request.body.recipient,
      }),
    }),
    listSmokeRuns: async (_context, request) => {
      const { limit, cursor } = request.query;
      await loadInstance(store, keyOf(request));
      const { items, next } = await store.smoke.list(keyOf(request), {
        ...(limit === undefined ? {} : { limit }),
        ...(cursor === undefined ? {} : { cursor }),
      });
      return { status: 200, body: { items: items.map(presentRun), ...(next === undefined ? {} : { next }) } };
    },
    saveSmokeSchedule: async (context, request) => {
      await health.schedule(context, keyOf(request), request.body.everyMinutes);
      return { status: 200, body: await health.read(context, keyOf(request)) };
    },
    listPluginLogs: async (_context, request) => {
      const { level, after, limit } = request.query;
      await loadInstance(store, keyOf(request));
      await logs.flush();
      return {
        status: 200,
        body: await store.logs.list(keyOf(request), {
          ...(level === undefined ? {} : { level }),
          ...(after === undefined ? {} : { after }),
          ...(limit === undefined ? {} : { limit }),
        }),
      };
    },
    tailPluginLogs: async (context, request) => {
      await loadInstance(store, keyOf(request));
      const stream = tailLogs({
        logs,
        store: store.logs,
        key: keyOf(request),
        filter: { level: request.query.level, after: request.query.after },
        signal: context.signal,
        holds: () => holds(context.actor),
        into: new PassThrough(),
      });
      return {
        status: 200,
        stream,
        headers: { "content-type": "text/event-stream; charset=utf-8", "x-accel-buffering": "no" },
      };
    },
  } satisfies Partial<Handlers>;
}

function presentWaiting({ registration: { id, plugin, expiresAt = "" } }: Waiting) {
  const message = `${plugin} waits for approval. Open Hilum, Plugins, and approve it there; until then it has no rights.`;
  return {
    status: 202,
    body: { registration: id, outcome: "awaiting_approval" as const, expiresAt, message, console: "/admin/ui/plugins" },
    note: { plugin, record: { resource: "Registration", id } },
  };
}

function keyOf({ params, query }: { params: { plugin: string }; query: { instance?: string } }): InstanceKey {
  return { plugin: params.plugin, instance: query.instance ?? "default" };
}

function presentRun({ id, trigger, by, startedAt, finishedAt, status, results }: SmokeRunRow): SmokeRun {
  return { id, trigger, by, startedAt, status, results, ...(finishedAt === undefined ? {} : { finishedAt }) };
}
