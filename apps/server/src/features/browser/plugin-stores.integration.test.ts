import { fileURLToPath } from "node:url";
import { requires } from "@hilum/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TestClient } from "../../../test-support/test-client.ts";
import { startTestServer, type TestServer } from "../../../test-support/test-server.ts";

const plugin = { plugin: "com.example.record-store" };
const store = `${plugin.plugin}/default`;
const folder = fileURLToPath(new URL("../../../../../examples/record-store", import.meta.url));

describe.skipIf(!requires("bubblewrap").available)("a plugin that stores records, in the Storage Browser", () => {
  let server: TestServer;
  let ana: TestClient;
  beforeAll(async () => {
    server = await startTestServer();
    ana = await server.as("administrator");
    await ana.ok("linkFolder", { body: { path: folder } });
    const { enabled, gate } = await ana.ok("enableInstance", { params: plugin, body: {} });
    if (!enabled) throw new Error(JSON.stringify(gate.rows));
  });
  afterAll(() => server?.close());

  const stores = async () => (await ana.ok("listRecordStores")).stores;

  it("stands beside the embedded one, and is asked by the protocol", async () => {
    expect((await stores()).map(({ id, problem }) => [id, problem])).toEqual([
      ["embedded", undefined],
      [store, undefined],
    ]);
    const { items, keys } = await ana.ok("browseRecords", { body: { store, type: "Patient", identifier: "MRN-1234" } });
    expect([items, keys]).toEqual([[], expect.arrayContaining(["identifier"])]);
    const page = await ana.call("getMaskedRecord", { params: { type: "Patient", id: "none" }, query: { store } });
    expect(page.problem().code).toBe("record.not_found");
    const { text } = await ana.call("exportAudit", { query: { format: "jsonl" } });
    expect(text).toContain('"action":"records.search"');
    expect(text).not.toContain("MRN-1234");
  });

  it("is not asked for types that Hilum does not carry, and an unknown store is none", async () => {
    const unknown = await ana.call("browseRecords", { body: { store, type: "Nothing" } });
    expect(unknown.problem().code).toBe("record.not_carried");
    const nowhere = await ana.call("browseRecords", { body: { store: "org.example.nobody/default", type: "Patient" } });
    expect(nowhere.problem().code).toBe("request.not_found");
  });

  it("is gone from the tree while it is disabled", async () => {
    await ana.ok("disableInstance", { params: plugin, body: { reason: "A moment" } });
    expect((await stores()).map(({ id }) => id)).toEqual(["embedded"]);
    const answer = await ana.call("browseRecords", { body: { store, type: "Patient" } });
    expect(answer.problem().code).toBe("plugin.not_running");
  });
});
