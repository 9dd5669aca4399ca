import { operations, type OperationId, type OperationSpec } from "@hilum/contract/api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { engines } from "../test-support/engines.ts";
import { putPatient } from "../test-support/patient-records.ts";
import { someEmail, turnOnPractice, waitForState } from "../test-support/practice.ts";
import { toRequest, type TestClient } from "../test-support/test-client.ts";
import type { TestServer } from "../test-support/test-server.ts";
import { validRequests } from "../test-support/valid-requests.ts";

/** What makes another statement, pattern or column of itself where a query is put together from texts. */
const hostileTexts: readonly string[] = [
  "' OR '1'='1",
  "x'; DROP TABLE messages; --",
  "%",
  '{"$ne":null}',
  "__proto__",
  "a\u0000b",
];

/** A stream does not end by itself, and a socket is no answer. */
const endless = new Set<string>(["connectRemotePlugin", "receiveHook", "finishOAuth"]);

const readers: readonly OperationSpec[] = operations.filter(
  ({ id, method, produces }: OperationSpec) => method === "GET" && !endless.has(id) && produces !== "text/event-stream",
);

const namesOf = ({ query }: OperationSpec): string[] => [
  ...(query !== undefined && "properties" in query ? Object.keys(query.properties as object) : []),
  // A member that the operation does not have is a filter or an order that somebody guessed.
  ...["_sort", "sort", "order", "filter", "where"],
];

describe.each(engines)("filters and orders, on $name", ({ available, start }) => {
  let server: TestServer;
  let ana: TestClient;
  beforeAll(async () => {
    if (!available) return;
    server = await start();
    ana = await server.as("administrator");
    await turnOnPractice(ana);
    const message = await ana.ok("sendMessage", { body: someEmail() });
    await waitForState(ana, message.id, "sent");
    await putPatient(await server.withScopes("system/Patient.cruds"), "una");
  });
  afterAll(() => server?.close());

  it.skipIf(!available)("threat 160: are values and known names alone, whatever is written in them", async () => {
    const faults: string[] = [];
    let asked = 0;
    for (const spec of readers)
      for (const name of namesOf(spec))
        for (const text of hostileTexts) {
          const given = validRequests[spec.id as OperationId];
          const query = { ...given.query, [name]: text };
          const { method, path, ...rest } = toRequest(spec.id as OperationId, { ...given, query });
          const { status, text: said } = await ana.send(method, path, rest);
          if (status !== 429) asked += 1;
          // 503: no sandbox, no store; anything else of the server's own would be a statement that broke.
          if (status >= 500 && status !== 503) faults.push(`${spec.id} ${name}=${text}: ${status} ${said}`);
          if (/syntax error|SQLITE_|near "/i.test(said))
            faults.push(`${spec.id} ${name}=${text} tells of the database`);
        }
    expect(faults).toEqual([]);
    expect(asked).toBeGreaterThan(500);
    // None of them was taken for everything, and everything is still there.
    for (const text of hostileTexts) {
      const { method, path } = toRequest("searchAudit", { query: { actor: text } });
      const found = await ana.send(method, path);
      expect(found.status >= 400 || (found.json() as { items: unknown[] }).items.length === 0, text).toBe(true);
    }
    expect((await ana.ok("listMessages")).items).toHaveLength(1);
    expect((await ana.ok("searchAudit", { query: { limit: 1 } })).items).toHaveLength(1);
  });
});
