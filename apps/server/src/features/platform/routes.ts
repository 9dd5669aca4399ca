import { Readable } from "node:stream";
import type { AuditLog } from "@hilum/audit";
import { buildOpenApi, type PlatformSettings } from "@hilum/contract/api";
import type { Sandbox, SandboxReport } from "@hilum/host";
import type { PlatformRow, Store } from "@hilum/store";
import type { Config } from "../../config.ts";
import type { Handlers } from "../../http/request.ts";
import { readDashboard, type DashboardParts } from "./dashboard.ts";
import type { Metrics } from "./metrics.ts";
import type { RepairsService } from "./repairs.ts";
import type { PlatformSettingsService } from "./settings.ts";

type PlatformIds =
  | "getHealth"
  | "getMetrics"
  | "getApiDescription"
  | "getDashboard"
  | "getPlatformSettings"
  | "savePlatformSettings"
  | "getSandbox"
  | "checkSandbox"
  | "listRepairs"
  | "snoozeRepair"
  | "unsnoozeRepair";

export interface PlatformServices {
  config: Config;
  version: string;
  store: Store;
  auditLog: AuditLog;
  stopping(): boolean;
  dashboard: DashboardParts;
  metrics(): Promise<Metrics>;
  settings: PlatformSettingsService;
  sandbox: Sandbox;
  repairs: RepairsService;
}

export function createPlatformHandlers({
  config,
  version,
  store,
  auditLog,
  stopping,
  dashboard,
  metrics,
  settings,
  sandbox,
  repairs,
}: PlatformServices): Handlers<PlatformIds> {
  const presentSettings = async (
    row: PlatformRow,
  ): Promise<{
    settings: PlatformSettings;
    revision: number;
    bootstrap: { name: string; value: string; source: "default" | "environment"; text: string }[];
    version: string;
    node: string;
    database: "sqlite" | "postgresql";
  }> => ({
    settings: row.settings,
    revision: row.revision,
    bootstrap: config.settings.map((setting) => ({ ...setting })),
    version,
    node: process.version,
    database: (await store.status()).dialect,
  });
  return {
    getHealth: async () => {
      const status = stopping() ? "stopping" : auditLog.blocked ? "audit_blocked" : "ok";
      return { status: status === "ok" ? 200 : 503, body: { status } };
    },
    getMetrics: async () => {
      const { type, text } = await (await metrics()).render();
      return { status: 200, stream: Readable.from([text]), headers: { "content-type": type } };
    },
    getApiDescription: async () => ({ status: 200, body: buildOpenApi() }),
    getDashboard: async (context) => ({ status: 200, body: await readDashboard(context, dashboard) }),
    getPlatformSettings: async () => ({ status: 200, body: await presentSettings(await settings.read()) }),
    savePlatformSettings: async (context, { body }) => ({
      status: 200,
      body: await presentSettings(await settings.save(context, body.settings, body.revision)),
    }),
    getSandbox: async () => ({ status: 200, body: presentSandbox(sandbox.report()) }),
    checkSandbox: async () => ({ status: 200, body: presentSandbox(await sandbox.check()) }),
    listRepairs: async (context) => ({ status: 200, body: await repairs.list(context.now()) }),
    snoozeRepair: async (context, { params, body }) => {
      await repairs.snooze(context, params.repair, body.until, body.reason);
      return { status: 200, body: await repairs.list(context.now()) };
    },
    unsnoozeRepair: async (context, { params }) => {
      await repairs.unsnooze(params.repair);
      return { status: 200, body: await repairs.list(context.now()) };
    },
  };
}

function presentSandbox({ level, reason, fix, checkedAt, controls }: SandboxReport) {
  return {
    level,
    checkedAt: checkedAt === "" ? new Date(0).toISOString() : checkedAt,
    controls: controls.map((control) => ({ ...control })),
    ...(reason === undefined ? {} : { reason }),
    ...(fix === undefined ? {} : { fix }),
  };
}
