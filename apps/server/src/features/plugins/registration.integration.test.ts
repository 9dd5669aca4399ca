import { mkdirSync, writeFileSync } from "node:fs";
import { createTempDir } from "@hilum/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { moveClock } from "../../../test-support/move-clock.ts";
import type { SendOptions, TestClient } from "../../../test-support/test-client.ts";
import { startTestServer, type TestServer } from "../../../test-support/test-server.ts";

const manifest = (id: string, more: object = {}) => ({
  id,
  name: "Example Plugin",
  capabilities: ["send_messages"],
  ...more,
});
const address = "/api/v1/plugins/register";

describe("registering a plugin", () => {
  let server: TestServer;
  let administrator: TestClient;
  let program: TestClient;
  beforeAll(async () => {
    server = await startTestServer();
    administrator = await server.as("administrator");
    program = await server.withToken("operator");
  });
  afterAll(() => server.close());

  /** As a program on this machine without any credential. */
  const ask = (body: unknown, options: SendOptions = {}) => server.nobody().send("POST", address, { body, ...options });
  const waiting = async (plugin: string) =>
    (await administrator.ok("listRegistrations")).items.find((row) => row.plugin === plugin);

  it("takes the smallest manifest with an operator's token and says what is next", async () => {
    const body = { id: "com.example.plugin", name: "Example Plugin", capabilities: ["send_messages", "store_records"] };
    const answer = await program.send("POST", address, { body });
    expect(answer.status).toBe(201);
    expect(answer.json()).toEqual({
      plugin: "com.example.plugin",
      instance: "default",
      outcome: "registered",
      next: "code",
      console: "/admin/ui/plugins/com.example.plugin",
    });
    const plugin = await administrator.ok("getPlugin", { params: { plugin: "com.example.plugin" } });
    expect(plugin).toMatchObject({
      code: "waiting",
      phi: "store",
      instances: [{ instance: "default", state: "registered", running: false }],
    });
    expect(plugin.capabilities.map(({ name, served }) => [name, served])).toEqual([
      ["send_messages", true],
      ["store_records", true],
    ]);
  });

  it("answers 200 to the same manifest again, in any order of members, and makes nothing", async () => {
    const body = { capabilities: ["send_messages", "store_records"], name: "Example Plugin", id: "com.example.plugin" };
    const again = await program.send("POST", address, { body });
    expect([again.status, (again.json() as { outcome: string }).outcome]).toEqual([200, "unchanged"]);
    const twice = await Promise.all(
      [1, 2, 3, 4].map(() => program.send("POST", address, { body: manifest("com.example.raced") })),
    );
    expect(twice.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(twice.every(({ status }) => status === 201 || status === 200 || status === 409)).toBe(true);
    expect((await administrator.ok("listPlugins")).items.filter(({ id }) => id === "com.example.raced")).toHaveLength(
      1,
    );
  });

  it("refuses a plugin that is made for another version of Hilum, by its line, and keeps nothing of it", async () => {
    const text = JSON.stringify(manifest("com.example.future", { requires: { hilum: ">=99.0.0" } }), null, 2);
    const review = await administrator.ok("checkManifest", { body: { text } });
    expect(review.problems).toMatchObject([
      {
        pointer: "/requires/hilum",
        line: 8,
        message: expect.stringMatching(/^asks for Hilum >=99\.0\.0, and this is \d/),
      },
    ]);
    const refused = await program.send("POST", address, { body: JSON.parse(text) });
    expect([refused.status, (refused.json() as { code: string }).code]).toEqual([422, "manifest.invalid"]);
    expect((await administrator.call("getPlugin", { params: { plugin: "com.example.future" } })).status).toBe(404);
  });

  it("threat 56: keeps a different manifest of a known id waiting as a revision, with the differences", async () => {
    const before = await administrator.ok("getPlugin", { params: { plugin: "com.example.plugin" } });
    const scopes = [{ scope: "net:https://api.example.com:443", reason: "Talks to its provider." }];
    const changed = await program.send("POST", address, { body: manifest("com.example.plugin", { scopes }) });
    expect([changed.status, (changed.json() as { outcome: string }).outcome]).toEqual([202, "revision_waits"]);
    const after = await administrator.ok("getPlugin", { params: { plugin: "com.example.plugin" } });
    expect(after).toMatchObject({ digest: before.digest, pendingRevision: true, instances: [{ next: "revision" }] });
    const revision = await waiting("com.example.plugin");
    expect(revision).toMatchObject({ kind: "revision", review: { effect: "revision" } });
    expect(revision?.review.differences.map(({ pointer }) => pointer)).toContain("/scopes/0/scope");

    const approved = await administrator.ok("approveRegistration", { params: { registration: revision?.id ?? "" } });
    expect(approved.outcome).toBe("registered");
    const revised = await administrator.ok("getPlugin", { params: { plugin: "com.example.plugin" } });
    expect(revised).toMatchObject({ pendingRevision: false, capabilities: [{ name: "send_messages" }] });
    expect(
      (await administrator.call("approveRegistration", { params: { registration: revision?.id ?? "" } })).status,
    ).toBe(404);
  });

  it("takes saved settings and secrets along to a version that calls them otherwise, and says so before", async () => {
    const text = { type: "string" };
    const old = manifest("com.example.moving", {
      version: "1.4.0",
      config: { type: "object", properties: { host: text, region: text, password: { ...text, secret: true } } },
    });
    const now = manifest("com.example.moving", {
      version: "2.0.0",
      config: {
        type: "object",
        properties: { server: text, region: { ...text, enum: ["eu1", "us1"] }, key: { ...text, secret: true } },
        required: ["server", "key"],
      },
      migrations: [
        {
          version: "2.0.0",
          settings: [
            { change: "rename", from: "host", to: "server" },
            { change: "rename", from: "password", to: "key" },
            { change: "replace", name: "region", values: { us: "us1" } },
          ],
        },
      ],
    });
    const params = { plugin: "com.example.moving" };
    await program.send("POST", address, { body: old });
    const body = {
      values: { host: "mail.example", region: "us" },
      secrets: { password: "correct horse" },
      revision: 0,
    };
    await administrator.ok("saveSettings", { params, body });

    await program.send("POST", address, { body: now });
    const revision = await waiting("com.example.moving");
    expect(revision?.review.settings).toEqual([
      "Since 2.0.0, the setting host is called server; what is saved moves with it.",
      "Since 2.0.0, the setting password is called key; what is saved moves with it.",
      "Since 2.0.0, the setting region has other values: us becomes us1.",
    ]);
    await administrator.ok("approveRegistration", { params: { registration: revision?.id ?? "" } });

    const settings = await administrator.ok("getSettings", { params });
    expect(settings).toMatchObject({ values: { server: "mail.example", region: "us1" }, revision: 2, problems: [] });
    expect(Object.keys(settings.secrets)).toEqual(["key"]);
    const { items } = await administrator.ok("listSettingsRevisions", { params });
    expect(items[0]?.changes).toEqual(
      expect.arrayContaining([
        { name: "host", secret: false, before: "mail.example" },
        { name: "server", secret: false, after: "mail.example" },
        { name: "region", secret: false, before: "us", after: "us1" },
        { name: "password", secret: true, after: "removed" },
        { name: "key", secret: true, after: "replaced" },
      ]),
    );
    expect(JSON.stringify(items)).not.toContain("correct horse");
  });

  it("lets a program on this machine without a credential wait, with no rights at all, and once however often it asks", async () => {
    const answer = await ask(manifest("com.example.local"));
    expect(answer.status).toBe(202);
    expect(answer.json()).toMatchObject({ outcome: "awaiting_approval", console: "/admin/ui/plugins" });
    expect((await administrator.call("getPlugin", { params: { plugin: "com.example.local" } })).status).toBe(404);
    expect((await ask(manifest("com.example.local"))).status).toBe(202);
    const rows = (await administrator.ok("listRegistrations")).items.filter(
      (row) => row.plugin === "com.example.local",
    );
    expect(rows).toMatchObject([
      {
        kind: "plugin",
        from: expect.stringMatching(/^local:(127\.0\.0\.1|::1)$/) as string,
        review: { effect: "new" },
      },
    ]);

    await administrator.ok("approveRegistration", { params: { registration: rows[0]?.id ?? "" } });
    expect((await administrator.ok("getPlugin", { params: { plugin: "com.example.local" } })).instances).toMatchObject([
      { state: "registered" },
    ]);
    const again = await ask(manifest("com.example.local"));
    expect([again.status, (again.json() as { outcome: string }).outcome]).toEqual([200, "unchanged"]);
  });

  it("refuses it when anything says that it is not a program on this machine", async () => {
    const body = manifest("com.example.elsewhere");
    const signs: Record<string, Record<string, string>> = {
      "another Host": { host: "hilum.example.org" },
      "a Host that begins like loopback": { host: "localhost.example.org" },
      "an Origin, even our own": { origin: server.origin },
      Forwarded: { forwarded: "for=192.0.2.1" },
      "X-Forwarded-For": { "x-forwarded-for": "127.0.0.1" },
      "X-Forwarded-Host": { "x-forwarded-host": "localhost" },
      "X-Forwarded-Proto": { "x-forwarded-proto": "https" },
      "X-Real-IP": { "x-real-ip": "127.0.0.1" },
      Via: { via: "1.1 proxy" },
    };
    for (const [sign, headers] of Object.entries(signs)) {
      const answer = await ask(body, { headers });
      expect(answer.status, sign).toBe(401);
      expect(answer.problem().code, sign).toBe("request.unauthenticated");
    }
    const opaque = await ask(body, { headers: { origin: "null" } });
    expect([opaque.status, opaque.problem().code], "an opaque Origin").toEqual([403, "request.cross_site"]);
    expect(await waiting("com.example.elsewhere")).toBeUndefined();
    expect((await ask(body, { headers: { host: "127.0.0.1" }, from: "127.0.0.9" })).status).toBe(202);
  });

  it("refuses it when the administrator turned it off, and where a public URL is configured", async () => {
    const { settings, revision } = await administrator.ok("getPlatformSettings");
    await administrator.ok("savePlatformSettings", {
      body: { settings: { ...settings, localRegistration: false }, revision },
    });
    expect((await ask(manifest("com.example.off"))).status).toBe(401);
    expect((await program.send("POST", address, { body: manifest("com.example.on") })).status).toBe(201);
    await administrator.ok("savePlatformSettings", { body: { settings, revision: revision + 1 } });
    await using published = await startTestServer({ env: { HILUM_PUBLIC_URL: "https://hilum.example.org" } });
    expect((await published.nobody().send("POST", address, { body: manifest("com.example.public") })).status).toBe(401);
  });

  it("keeps the queue of those who wait bounded, and lets them expire after a day", async () => {
    await using own = await startTestServer();
    const boss = await own.as("administrator");
    const statuses = [];
    for (let at = 0; at < 51; at++) {
      const answer = await own.nobody().send("POST", address, {
        body: manifest(`com.example.many-${"abcdefghij"[at % 10]}${"klmnopqrst"[Math.floor(at / 10)]}`),
      });
      statuses.push(answer.status === 202 ? 202 : answer.problem().code);
    }
    expect(statuses).toEqual([...Array.from({ length: 50 }, () => 202), "registration.queue_full"]);
    expect((await boss.ok("listRegistrations")).items).toHaveLength(50);
    using _clock = moveClock(25 * 3_600_000);
    const late = await own.signIn("ana");
    expect((await late.ok("listRegistrations")).items).toHaveLength(0);
    expect((await own.nobody().send("POST", address, { body: manifest("com.example.later") })).status).toBe(202);
  });

  it("slows down a flood of registrations", async () => {
    await using own = await startTestServer();
    const stranger = own.nobody();
    const flood = Array.from({ length: 130 }, () =>
      stranger.send("POST", address, { body: manifest("com.example.flood") }),
    );
    const answers = await Promise.all(flood);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.problem().code).toBe("request.too_many");
    expect(Number(refused[0]?.headers["retry-after"])).toBeGreaterThan(0);
  });

  it("threat 54: refuses ids that are reserved, taken, or look like another", async () => {
    for (const id of [
      "org.hilum.practice-mailbox",
      "org.hilum.mine",
      "hilum.plugin",
      "localhost.plugin",
      "system.plugin",
    ])
      expect((await program.send("POST", address, { body: manifest(id) })).problem(), id).toMatchObject({
        status: 422,
        code: "manifest.id_reserved",
      });
    for (const id of ["com.examp1e.plugin", "com.example.p1ugin", "com.exarnple.plugin", "com.example.plug-in"]) {
      const answer = await program.send("POST", address, { body: manifest(id) });
      expect(answer.problem(), id).toMatchObject({
        status: 409,
        code: "manifest.id_confusable",
        problems: [{ pointer: "/id" }],
      });
    }
    for (const id of [
      "com.еxample.plugin",
      "COM.example.plugin",
      "com",
      "com..example",
      ".com.example",
      "com.example.",
      "com.example/../x",
      `com.${"a".repeat(130)}`,
      "com.exam\u200bple.x",
    ])
      expect((await program.send("POST", address, { body: manifest(id) })).problem(), id).toMatchObject({
        status: 422,
        problems: expect.arrayContaining([expect.objectContaining({ pointer: "/id" })]) as unknown,
      });
  });

  it("names line, place and mend of everything that is wrong with a manifest", async () => {
    const text = `{
  "id": "com.example.wrong",
  "name": "Wrong",
  "capabilities": ["send_mesages"],
  "colour": "blue"
}`;
    const { code, status, problems = [] } = (await program.send("POST", address, { body: text })).problem();
    expect([status, code]).toEqual([422, "manifest.invalid"]);
    expect(problems).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          pointer: "/capabilities/0",
          line: 4,
          fix: expect.stringContaining("send_messages") as string,
        }),
        expect.objectContaining({ pointer: "/colour", line: 5 }),
      ]),
    );
    const review = await administrator.ok("checkManifest", { body: { text } });
    expect(review).toMatchObject({ valid: false, effect: "refused" });
    expect(review.problems).toHaveLength(problems.length);
    expect((await administrator.call("getPlugin", { params: { plugin: "com.example.wrong" } })).status).toBe(404);
  });

  it("threat 55: refuses scopes that cover more than they name", async () => {
    for (const scope of [
      "system/*.rs",
      "system/Patient.*",
      "net:https://*:443",
      "net:https://*.example.com:443",
      "*",
      "events:publish:*",
    ]) {
      const scopes = [{ scope, reason: "Everything" }];
      const refused = (
        await program.send("POST", address, { body: manifest("com.example.greedy", { scopes }) })
      ).problem();
      expect(refused.problems?.[0]?.pointer, scope).toBe("/scopes/0/scope");
    }
  });

  it("refuses by name what this version does not serve, and broken JSON by line", async () => {
    const refused = (
      await program.send("POST", address, { body: manifest("com.example.newer", { jobs: [] }) })
    ).problem();
    expect(refused.problems).toMatchObject([{ pointer: "/jobs" }]);
    expect((await program.send("POST", address, { body: '{"id":\n"com.example.broken",\n}' })).problem()).toMatchObject(
      { status: 400, problems: [{ line: 3 }] },
    );
    const big = manifest("com.example.big", { description: "x".repeat(300_000) });
    expect((await program.send("POST", address, { body: big })).problem().code).toBe("request.body_too_large");
  });

  it("rejects one that waits, with a reason, and forgets it", async () => {
    await ask(manifest("com.example.unwanted"));
    const registration = (await waiting("com.example.unwanted"))?.id ?? "";
    expect(
      (await administrator.call("rejectRegistration", { params: { registration }, body: { reason: "" } })).status,
    ).toBe(422);
    await administrator.ok("rejectRegistration", {
      params: { registration },
      body: { reason: "Nobody here knows it" },
    });
    expect(await waiting("com.example.unwanted")).toBeUndefined();
    expect(
      (await administrator.call("rejectRegistration", { params: { registration }, body: { reason: "Again" } })).status,
    ).toBe(404);
  });

  it("registers what comes with Hilum, and refuses what does not", async () => {
    const { items } = await administrator.ok("listIncludedPlugins");
    expect(items.map(({ id, host }) => [id, host])).toEqual([
      ["org.hilum.practice-mailbox", true],
      ["org.hilum.smtp", false],
      ["org.hilum.twilio-sms", false],
      ["org.hilum.webhook-sender", false],
      ["org.hilum.fhir-server", false],
      ["org.hilum.s3-archive", false],
      ["org.hilum.orthanc-dicom", false],
    ]);
    for (const { id } of items)
      expect((await program.call("addIncludedPlugin", { params: { plugin: id } })).status).toBe(201);
    expect((await program.call("addIncludedPlugin", { params: { plugin: "org.hilum.smtp" } })).status).toBe(200);
    expect((await administrator.ok("listIncludedPlugins")).items.every(({ registered }) => registered)).toBe(true);
    expect((await program.call("addIncludedPlugin", { params: { plugin: "org.hilum.absent" } })).status).toBe(404);
  });

  it("links a folder of this server, and says what is wrong with one that cannot be", async () => {
    using folder = createTempDir("linked");
    const link = (path: string) => administrator.call("linkFolder", { body: { path } });
    for (const [path, words] of [
      ["relative/path", "absolute"],
      [folder.join("absent"), "not a folder"],
      [folder.path, "hilum.json"],
    ] as const) {
      const { problems = [] } = (await link(path)).problem();
      expect(problems[0]?.pointer, path).toBe("/path");
      expect(problems[0]?.message, path).toContain(words);
    }
    const runtime = { kind: "node", entry: "main.mjs" };
    writeFileSync(folder.join("hilum.json"), JSON.stringify(manifest("com.example.linked", { runtime })));
    mkdirSync(folder.join("lib"));
    writeFileSync(folder.join("main.mjs"), "");
    const made = await link(folder.path);
    expect([made.status, (made.json() as { next: string }).next]).toEqual([201, "enable"]);
    expect((await link(folder.path)).status).toBe(200);
    expect(await administrator.ok("getPlugin", { params: { plugin: "com.example.linked" } })).toMatchObject({
      code: "linked",
      codePath: folder.path,
    });
    writeFileSync(
      folder.join("hilum.json"),
      JSON.stringify(manifest("com.example.linked", { runtime, description: "Changed" })),
    );
    expect((await link(folder.path)).status).toBe(202);
  });
});
