import type { Handlers } from "../../http/request.ts";
import { Readable } from "node:stream";
import type { ExportsService } from "./exports.ts";
import type { HoldsService } from "./holds.ts";
import type { RetentionService } from "./retention.ts";
import type { ShreddingsService } from "./shreddings.ts";

type HoldOperation = "listHolds" | "setHold" | "liftHold";
type RetentionOperation = "getRetention" | "setRetention" | "previewPurge" | "purgeRecords";
type ExportOperation = "listExports" | "requestExport" | "approveExport" | "refuseExport" | "downloadExport";
type ShreddingOperation = "listShreddings" | "requestShredding" | "approveShredding" | "refuseShredding";

export interface Custody {
  holds: HoldsService;
  retention: RetentionService;
  exports: ExportsService;
  shreddings: ShreddingsService;
}

export function createCustodyHandlers(
  custody: Custody,
): Pick<Handlers, HoldOperation | RetentionOperation | ExportOperation | ShreddingOperation> {
  return {
    ...createHoldHandlers(custody),
    ...createRetentionHandlers(custody),
    ...createExportHandlers(custody),
    ...createShreddingHandlers(custody),
  };
}

function createHoldHandlers({ holds }: Pick<Custody, "holds">): Pick<Handlers, HoldOperation> {
  return {
    listHolds: async (context) => ({ status: 200, body: { items: await holds.list(context) } }),
    async setHold(context, { body }) {
      const records = await holds.set(context, { ...body, on: true });
      return { status: 200, body: { records }, note: { record: targetOf(body.target), count: records } };
    },
    async liftHold(context, { body }) {
      const records = await holds.set(context, { ...body, on: false });
      return { status: 200, body: { records }, note: { record: targetOf(body.target), count: records } };
    },
  };
}

const targetOf = (target: { patient: string } | { record: { type: string; id: string } }) =>
  "patient" in target
    ? { resource: "Patient", id: target.patient }
    : { resource: target.record.type, id: target.record.id };

function createRetentionHandlers({ retention }: Pick<Custody, "retention">): Pick<Handlers, RetentionOperation> {
  return {
    getRetention: async () => ({ status: 200, body: { items: await retention.list() } }),
    setRetention: async (context, { params, body }) => ({
      status: 200,
      body: await retention.set(context, params.type, body.keepDays),
    }),
    previewPurge: async (context, { params, body }) => ({
      status: 200,
      body: await retention.preview(context, params.type, body.keepDays),
    }),
    async purgeRecords(context, { params }) {
      const purged = await retention.purge(context, params.type);
      return { status: 200, body: purged, note: { count: purged.versions } };
    },
  };
}

function createExportHandlers({ exports }: Pick<Custody, "exports">): Pick<Handlers, ExportOperation> {
  return {
    listExports: async (context, { query }) => ({ status: 200, body: await exports.list(context, query) }),
    async requestExport(context, { body }) {
      const { types = [], ...request } = body;
      const row = await exports.request(context, { ...request, types });
      return {
        status: 201,
        body: row,
        note: { record: { resource: "Patient", id: row.patient }, purpose: row.purpose },
      };
    },
    async approveExport(context, { params }) {
      const row = await exports.approve(context, params.export);
      return {
        status: 200,
        body: row,
        note: { record: { resource: "Patient", id: row.patient }, purpose: row.purpose },
      };
    },
    refuseExport: async (context, { params, body }) => ({
      status: 200,
      body: await exports.refuse(context, params.export, body.reason),
    }),
    async downloadExport(context, { params }) {
      const { bytes, row } = await exports.download(context, params.export);
      const headers = {
        "cache-control": "no-store",
        "content-type": "application/zip",
        "content-length": String(bytes.length),
        "content-disposition": 'attachment; filename="export.zip"',
      };
      const note = { record: { resource: "Patient", id: row.patient }, purpose: row.purpose, count: row.records ?? 0 };
      return { status: 200, stream: Readable.from([bytes]), headers, note };
    },
  };
}

function createShreddingHandlers({ shreddings }: Pick<Custody, "shreddings">): Pick<Handlers, ShreddingOperation> {
  return {
    listShreddings: async (context, { query }) => ({ status: 200, body: await shreddings.list(context, query) }),
    requestShredding: async (context, { params, body }) => ({
      status: 201,
      body: await shreddings.request(context, params.patient, body.reason),
    }),
    async approveShredding(context, { params, body }) {
      const row = await shreddings.approve(context, params.shredding, body.confirm);
      const note = { record: { resource: "Patient", id: row.patient }, count: row.records ?? 0 };
      return { status: 200, body: row, note };
    },
    refuseShredding: async (context, { params, body }) => ({
      status: 200,
      body: await shreddings.refuse(context, params.shredding, body.reason),
    }),
  };
}
