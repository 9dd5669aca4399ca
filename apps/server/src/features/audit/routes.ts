import type { KeyObject } from "node:crypto";
import type { AuditLog } from "@hilum/audit";
import { HilumError } from "@hilum/contract";
import type { AuditIndex } from "@hilum/store";
import type { Handlers } from "../../http/request.ts";
import { exportAudit, type AuditFilter } from "./export.ts";
import { presentAuditRow, type AuditIndexer } from "./indexer.ts";
import type { Reasons } from "./reasons.ts";
import type { VerificationsService } from "./verifications.ts";

type AuditIds =
  | "searchAudit"
  | "getAuditEntry"
  | "getAuditStatus"
  | "verifyAudit"
  | "getVerification"
  | "cancelVerification"
  | "exportAudit"
  | "rebuildAuditIndex";

export function createAuditHandlers({
  log,
  index,
  indexer,
  reasons,
  verifications,
  publicKey,
}: {
  log: AuditLog;
  index: AuditIndex;
  indexer: AuditIndexer;
  reasons: Reasons;
  verifications: VerificationsService;
  publicKey: KeyObject;
}): Handlers<AuditIds> {
  return {
    searchAudit: async (_context, { query }) => {
      // What a person did a moment ago is what they look for.
      await indexer.settle();
      const { items, next } = await index.search(defined(query));
      return {
        status: 200,
        body: { items, indexed: (await index.lastIndexed()) + 1, ...(next === undefined ? {} : { next }) },
        note: { count: items.length },
      };
    },
    getAuditEntry: async (_context, { params }) => {
      const checkpoint = await log.checkpoint();
      if (params.index >= checkpoint.size)
        throw new HilumError("request.not_found", { detail: "The log has no such entry." });
      for await (const { entry, leafHash } of log.read(params.index, params.index + 1)) {
        const proof = await log.inclusionProof(params.index, checkpoint.size);
        const said = await reasons.read(entry.request, entry.detail?.["digest"]);
        return {
          status: 200,
          body: {
            row: presentAuditRow(params.index, entry),
            entry: JSON.stringify(entry),
            leafHash: leafHash.toString("base64"),
            proof: proof.map((hash) => hash.toString("base64")),
            checkpoint: checkpoint.note,
            ...(said === undefined ? {} : { said }),
          },
        };
      }
      throw new HilumError("audit.broken", { detail: "The entry cannot be read from the log." });
    },
    getAuditStatus: async () => {
      const status = log.status();
      const verification = await verifications.last();
      const key = publicKey.export({ format: "der", type: "spki" }).toString("base64");
      return {
        status: 200,
        body: {
          size: status.size,
          blocked: status.blocked,
          degraded: status.degraded,
          origin: status.origin,
          publicKey: key,
          indexed: (await index.lastIndexed()) + 1,
          bytes: status.bytes,
          ...(status.checkpoint === undefined
            ? {}
            : { checkpoint: `${status.origin}\n${status.checkpoint.size}\n${status.checkpoint.root}` }),
          ...(verification === undefined ? {} : { verification }),
        },
      };
    },
    verifyAudit: async (context) => {
      const verification = await verifications.start(context);
      return { status: 202, body: verification, note: { record: { resource: "Verification", id: verification.id } } };
    },
    getVerification: async (_context, { params }) => ({
      status: 200,
      body: await verifications.read(params.verification),
    }),
    cancelVerification: async (_context, { params }) => ({
      status: 200,
      body: await verifications.cancel(params.verification),
    }),
    exportAudit: async (_context, { query }) => {
      const { format, ...filter } = query;
      const types = { csv: "text/csv; charset=utf-8", jsonl: "application/x-ndjson", fhir: "application/fhir+ndjson" };
      return {
        status: 200,
        stream: exportAudit(log, defined(filter) as AuditFilter, format),
        headers: {
          "content-type": types[format],
          "content-disposition": `attachment; filename="hilum-audit.${format === "fhir" ? "ndjson" : format}"`,
        },
      };
    },
    rebuildAuditIndex: async () => {
      const indexed = await indexer.rebuild();
      return { status: 200, body: { indexed }, note: { count: indexed } };
    },
  };
}

/** Without members that are undefined: optional means absent here. */
function defined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
