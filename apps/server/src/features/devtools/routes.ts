import { PassThrough, Readable } from "node:stream";
import { capabilities, manifestJsonSchema, type Actor } from "@hilum/contract";
import type { ConformanceResult } from "@hilum/contract/api";
import { fixtures } from "@hilum/contract/fixtures";
import { packFolder, scaffoldCapabilities, scaffoldLanguages, scaffoldPlugin, type PackSources } from "@hilum/devtools";
import { cases } from "@hilum/devtools/conformance";
import { writeArchive } from "@hilum/marketplace";
import type { InstanceKey, Store } from "@hilum/store";
import type { Handlers } from "../../http/request.ts";
import { loadPlugin } from "../plugins/load-instance.ts";
import type { ConformanceService } from "./conformance.ts";
import { linkedFolder } from "./linked-folder.ts";
import type { LiveReloadService } from "./live-reload.ts";
import { createOneAtATime } from "./one-at-a-time.ts";
import type { createFixtureSender } from "./send-fixture.ts";
import type { UpgradeService } from "./upgrade.ts";
import type { WireService } from "./wire.ts";
import type { WorkspaceService } from "./workspace.ts";

export interface DevtoolsServices {
  store: Store;
  workspace: WorkspaceService;
  liveReload: LiveReloadService;
  wire: WireService;
  conformance: ConformanceService;
  sendFixture: ReturnType<typeof createFixtureSender>;
  upgrade: UpgradeService;
  packSources: PackSources;
  /** Whether the session or token that somebody came with still holds. */
  holds(actor: Actor): Promise<boolean>;
}

type DevtoolsIds =
  | "listScaffolds"
  | "previewScaffold"
  | "downloadScaffold"
  | "scaffoldPlugin"
  | "getWorkspace"
  | "getManifestSchema"
  | "getLiveReload"
  | "setLiveReload"
  | "getWireInspector"
  | "startWireInspector"
  | "stopWireInspector"
  | "listFrames"
  | "tailFrames"
  | "replayFrame"
  | "listConformanceCases"
  | "runConformance"
  | "listConformanceRuns"
  | "getConformanceRun"
  | "listFixtures"
  | "sendFixture"
  | "previewUpgrade"
  | "downloadUpgrade"
  | "upgradePlugin"
  | "previewPackage"
  | "packPlugin";

export function createDevtoolsHandlers(services: DevtoolsServices): Handlers<DevtoolsIds> {
  return {
    ...beginHandlers(services),
    ...wireHandlers(services),
    ...judgeHandlers(services),
    ...packHandlers(services),
    ...upgradeHandlers(services),
  };
}

function beginHandlers({ workspace, liveReload }: DevtoolsServices) {
  return {
    listScaffolds: async () => ({
      status: 200,
      body: {
        languages: scaffoldLanguages.map((language) => ({ ...language })),
        capabilities: scaffoldCapabilities.map((name) => ({
          name,
          title: capabilities[name].title,
          plain: capabilities[name].plain,
        })),
      },
    }),
    previewScaffold: async (_context, { body }) => ({ status: 200, body: scaffoldPlugin(body) }),
    downloadScaffold: async (_context, { body }) => {
      const { folder, files } = scaffoldPlugin(body);
      const zip = writeArchive(
        files.map(({ path, text }) => ({ path: `${folder}/${path}`, bytes: Buffer.from(text) })),
      );
      return { status: 200, stream: Readable.from([zip]), headers: attachment(`${folder}.zip`, "application/zip") };
    },
    scaffoldPlugin: async (context, { body }) => {
      const made = await workspace.scaffold(context, body);
      return { status: 201, body: made, note: { plugin: made.plugin, count: made.files.length } };
    },
    getWorkspace: async () => ({ status: 200, body: await workspace.read() }),
    getManifestSchema: async () => ({ status: 200, body: { ...manifestJsonSchema() } }),
    getLiveReload: async (_context, { params }) => ({ status: 200, body: await liveReload.read(params.plugin) }),
    setLiveReload: async (context, { params, body }) => ({
      status: 200,
      body: await liveReload.set(context, params.plugin, body.on),
    }),
  } satisfies Partial<Handlers>;
}

function wireHandlers({ wire, holds }: DevtoolsServices) {
  return {
    getWireInspector: async (_context, request) => ({ status: 200, body: await wire.read(keyOf(request)) }),
    startWireInspector: async (context, request) => ({
      status: 200,
      body: await wire.start(context, keyOf(request), request.body.minutes),
    }),
    stopWireInspector: async (_context, request) => ({ status: 200, body: await wire.stop(keyOf(request)) }),
    listFrames: async (_context, request) => ({ status: 200, body: await wire.list(keyOf(request), request.query) }),
    tailFrames: async (context, request) => ({
      status: 200,
      headers: { "content-type": "text/event-stream; charset=utf-8" },
      stream: await wire.tail(keyOf(request), request.query, {
        into: new PassThrough(),
        signal: context.signal,
        holds: () => holds(context.actor),
      }),
    }),
    replayFrame: async (context, request) => ({
      status: 200,
      body: await wire.replay(context, keyOf(request), request.params.frame),
    }),
  } satisfies Partial<Handlers>;
}

function judgeHandlers({ conformance, sendFixture }: DevtoolsServices) {
  return {
    listConformanceCases: async () => ({
      status: 200,
      body: { items: cases.map(({ id, group, rule }) => ({ id, group, rule })) },
    }),
    runConformance: async (context, { params, body }) => {
      const result = await conformance.run(context, params.plugin, body);
      return { status: 200, body: result, note: { count: result.cases.length } };
    },
    listConformanceRuns: async (_context, { params }) => ({
      status: 200,
      body: { items: (await conformance.list(params.plugin)).map(presentRun) },
    }),
    getConformanceRun: async (_context, { params }) => ({
      status: 200,
      body: await conformance.read(params.plugin, params.run),
    }),
    listFixtures: async () => ({ status: 200, body: { items: [...fixtures] } }),
    sendFixture: async (context, request) => ({
      status: 200,
      body: await sendFixture(context, keyOf(request), request.params.fixture, request.body.to),
    }),
  } satisfies Partial<Handlers>;
}

function packHandlers({ store, packSources }: DevtoolsServices) {
  const inTurn = createOneAtATime(4);
  const pack = async (plugin: string) => {
    const folder = linkedFolder(await loadPlugin(store, plugin));
    return await inTurn(() => packFolder(folder, packSources));
  };
  return {
    previewPackage: async (_context, { params }) => {
      const { content: _content, ...preview } = await pack(params.plugin);
      return { status: 200, body: preview };
    },
    packPlugin: async (_context, { params }) => {
      const { content, name, digest, files } = await pack(params.plugin);
      return {
        status: 200,
        stream: Readable.from([content]),
        headers: { ...attachment(name, "application/vnd.hilum.package+zip"), "x-content-digest": `sha256:${digest}` },
        note: { count: files.length },
      };
    },
  } satisfies Partial<Handlers>;
}

function upgradeHandlers({ upgrade }: DevtoolsServices) {
  return {
    previewUpgrade: async (_context, { params }) => ({ status: 200, body: await upgrade.preview(params.plugin) }),
    downloadUpgrade: async (_context, { params }) => {
      const { name, text } = await upgrade.patch(params.plugin);
      return { status: 200, stream: Readable.from([text]), headers: attachment(name, "text/x-patch") };
    },
    upgradePlugin: async (context, { params, body }) => {
      const done = await upgrade.run(context, params.plugin, body.basis);
      return { status: 200, body: done, note: { count: done.files.length } };
    },
  } satisfies Partial<Handlers>;
}

/** Names are made of a plugin's id and version: nothing in them has to be quoted. */
const attachment = (name: string, type: string) => ({
  "content-type": type,
  "content-disposition": `attachment; filename="${name}"`,
});

function presentRun({ id, startedAt, durationMs, by, plugin, passed, counts }: ConformanceResult) {
  return {
    ...{ id, startedAt, durationMs, by, codeDigest: plugin.codeDigest, passed, counts },
    ...(plugin.version === undefined ? {} : { version: plugin.version }),
  };
}

function keyOf({ params, query }: { params: { plugin: string }; query: { instance?: string } }): InstanceKey {
  return { plugin: params.plugin, instance: query.instance ?? "default" };
}
