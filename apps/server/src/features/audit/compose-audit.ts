import type { KeyObject } from "node:crypto";
import type { AuditLog } from "@hilum/audit";
import type { Log } from "@hilum/contract";
import type { Store } from "@hilum/store";
import { createAuditIndexer } from "./indexer.ts";
import { createReasons, type Reasons } from "./reasons.ts";
import { createAuditHandlers } from "./routes.ts";
import { createVerificationsService, type VerificationsService } from "./verifications.ts";

export interface AuditParts {
  store: Store;
  auditLog: AuditLog;
  auditPublic: KeyObject;
  auditDir: string;
  log: Log;
}

/** Search over the audit log, its verification, and the words of reasons. */
export interface AuditFeature {
  handlers: ReturnType<typeof createAuditHandlers>;
  verifications: VerificationsService;
  keepReason: Reasons["keep"];
  close(): Promise<void>;
}

export function composeAudit({ store, auditLog, auditPublic, auditDir, log }: AuditParts): AuditFeature {
  const verifications = createVerificationsService({
    log: auditLog,
    dir: auditDir,
    publicKey: auditPublic,
    verifications: store.verifications,
    processLog: log,
  });
  const reasons = createReasons({ platform: store.platform });
  const indexer = createAuditIndexer({ log: auditLog, index: store.audit, processLog: log });
  return {
    handlers: createAuditHandlers({
      log: auditLog,
      index: store.audit,
      indexer,
      reasons,
      verifications,
      publicKey: auditPublic,
    }),
    verifications,
    keepReason: (requestId, reason) => reasons.keep(requestId, reason),
    async close() {
      await verifications.close();
      await indexer.close();
    },
  };
}
