import { relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { repository } from "../process.ts";

/**
 * Files that take the longest, longest first. On a fresh clone nothing else tells, and one that is begun last keeps a worker
 * at it alone while the others have nothing left to do.
 */
export const slowFirst: readonly string[] = [
  "e2e/docs/docs-site.integration.test.ts",
  "apps/server/src/features/replication/replication.integration.test.ts",
  "apps/server/src/features/messages/crash.integration.test.ts",
  "conformance/src/pages/pages.integration.test.ts",
  "e2e/threats/hostile-pages.integration.test.ts",
  "apps/server/src/faults.integration.test.ts",
  "scripts/newcomer/newcomer.integration.test.ts",
  "apps/server/src/features/messages/failover.integration.test.ts",
  "scripts/sdk-package/pack-sdk.integration.test.ts",
  "apps/server/src/route-matrix.integration.test.ts",
  "apps/server/src/http/edge.integration.test.ts",
  "apps/server/src/features/keys/keys.integration.test.ts",
  "packages/store/src/lib/repositories/keys.integration.test.ts",
  "apps/server/src/features/messages/messages.integration.test.ts",
  "apps/server/src/features/records/import.integration.test.ts",
  "apps/server/src/features/messages/twilio.integration.test.ts",
  "apps/server/src/every-operation.integration.test.ts",
  "apps/server/src/features/plugins/lifecycle.integration.test.ts",
  "packages/store/src/lib/key-holders/key-holder.integration.test.ts",
  "apps/server/src/features/identity/sessions.integration.test.ts",
];

/** The order of Vitest, behind the slow ones. */
export class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- it is Vitest's own order, not that of an array
    const order = await super.sort(files);
    return order.toSorted((a, b) => rankOf(a.moduleId) - rankOf(b.moduleId));
  }
}

function rankOf(path: string): number {
  const at = slowFirst.indexOf(relative(repository, path).replaceAll("\\", "/"));
  return at < 0 ? slowFirst.length : at;
}
