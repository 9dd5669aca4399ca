import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { createTempDir } from "@hilum/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestMarketplace, type TestMarketplace } from "../../../../test-support/a-marketplace.ts";
import { waitUntil } from "../../../../test-support/practice.ts";
import { toRequest, type TestClient } from "../../../../test-support/test-client.ts";
import { startTestServer, type TestServer } from "../../../../test-support/test-server.ts";

const temp = createTempDir("mirrors");
const policy = { coolingOffDays: 0, whenRevoked: "stop" as const, publishers: [] };
const zip = { "content-type": "application/zip" };

describe("mirrors", () => {
  let server: TestServer;
  let ana: TestClient;
  let market: TestMarketplace;
  let bundle: Buffer;
  const kept = (): string[] => {
    const folder = join(server.dataDir, "marketplace/mirrors");
    return existsSync(folder) ? readdirSync(folder) : [];
  };
  /** What is laid aside while a mirror goes out. */
  const drafts = (): string[] =>
    readdirSync(join(server.dataDir, "marketplace")).filter((name) => name.startsWith("draft-"));

  beforeAll(async () => {
    server = await startTestServer();
    ana = await server.as("administrator");
    const { settings, revision } = await ana.ok("getPlatformSettings");
    await ana.ok("savePlatformSettings", { body: { settings: { ...settings, environment: "test" }, revision } });
    market = await createTestMarketplace(temp.join("market"));
    await market.offer([{ manifest: { id: "com.example.mail", version: "1.0.0" } }]);
    const place = { kind: "folder" as const, path: market.folder };
    const { fingerprint } = await ana.ok("inspectSource", { body: { place } });
    await ana.ok("addSource", {
      body: { id: "own", title: "Our own", kind: "organisation", place, fingerprint, policy },
    });
  });
  afterAll(async () => {
    await server.close();
    temp.remove();
  });

  /** Sends the headers and these bytes of a call, and breaks it off when `when` holds. */
  function breakOff(sent: Buffer, bytes: number, when: () => boolean): Promise<void> {
    const { method, path } = toRequest("uploadMirror", { body: sent });
    const headers = {
      ...{ ...zip, cookie: ana.cookie, origin: server.origin, "content-length": String(sent.length) },
      ...{ "sec-fetch-site": "same-origin", "x-hilum-console": "1" },
    };
    const call = request(server.origin + path, { method, ca: server.ca, servername: "localhost", headers });
    call.on("error", () => undefined);
    call.write(sent.subarray(0, bytes));
    return waitUntil("the bytes to arrive", async () => when(), Boolean).then(() => void call.destroy());
  }

  it("go out with their length, and leave nothing behind here", async () => {
    const answer = await ana.call("exportMirror", { params: { source: "own" } });
    bundle = answer.bytes;
    expect(answer.headers["content-length"]).toBe(String(bundle.length));
    await waitUntil(
      "the folder to be removed",
      async () => drafts(),
      (names) => names.length === 0,
    );
    const refused = await ana.call("exportMirror", { params: { source: "absent" } });
    expect(refused.problem().code).toBe("source.not_found");
    expect(drafts()).toEqual([]);
  });

  it("leave nothing where the upload breaks off", async () => {
    for (const part of [40, bundle.length - 1]) {
      await breakOff(bundle, part, () => kept().some((name) => name.endsWith(".draft")));
      await waitUntil(
        "the draft to be removed",
        async () => kept(),
        (names) => names.length === 0,
      );
    }
    const cut = bundle.subarray(0, -1);
    expect((await ana.call("uploadMirror", { body: cut as never, headers: zip })).problem().code).toBe(
      "package.invalid",
    );
    expect(kept()).toEqual([]);
  });

  it("leave nothing that a killed process had begun", async () => {
    const { mirror } = await ana.ok("uploadMirror", { body: bundle as never, headers: zip });
    const folder = join(server.dataDir, "marketplace");
    mkdirSync(join(folder, "mirrors/half.draft/metadata"), { recursive: true });
    mkdirSync(join(folder, "draft-half/files"), { recursive: true });
    writeFileSync(join(folder, "draft-half/files/0"), "half of a package");
    server = await server.restart();
    ana = await server.as("administrator");
    expect(kept()).toEqual([mirror]);
    expect(drafts()).toEqual([]);
  });
});
