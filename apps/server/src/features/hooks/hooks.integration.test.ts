import { requires, type TempDir } from "@hilum/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  createHookFolder,
  hookPlugin,
  hookSecret,
  hookSignatures,
  post,
  signAsVendor,
  turnOnHooks,
  type HookName,
  type Sent,
} from "../../../test-support/hook-plugin.ts";
import { waitUntil } from "../../../test-support/practice.ts";
import type { TestClient } from "../../../test-support/test-client.ts";
import { startTestServer, type TestServer } from "../../../test-support/test-server.ts";

const names = Object.keys(hookSignatures) as HookName[];

describe.skipIf(!requires("bubblewrap").available)("a plugin's webhooks", () => {
  let server: TestServer;
  let operator: TestClient;
  let folder: TempDir;
  beforeAll(async () => {
    folder = createHookFolder();
    server = await startTestServer();
    operator = await server.as("administrator");
    await turnOnHooks(operator, folder);
  });
  afterAll(async () => {
    await server.close();
    folder.remove();
  });

  const send = (hook: HookName, sent: Sent = {}) => post(server, signAsVendor(server.origin, hook, sent));
  const newest = async () =>
    (await operator.ok("listHookDeliveries", { params: hookPlugin, query: { limit: 1 } })).items[0];
  const running = () =>
    waitUntil(
      "the plugin",
      () => operator.ok("getPlugin", { params: hookPlugin }),
      ({ instances }) => instances[0]?.running === true,
    );

  it.each(names)(
    "take what the vendor signed, by the scheme of %s, and give the plugin what it needs",
    async (hook) => {
      const answer = await send(hook, {
        body: { event: hook },
        headers: { "x-event": "made", cookie: "a=b", "x-forwarded-for": "1.2.3.4" },
      });
      expect(answer.status, answer.text).toBe(200);
      expect(answer.headers["content-type"]).toBe("application/json; charset=utf-8");
      const seen = answer.json() as Record<string, unknown>;
      expect(seen).toMatchObject({ hook, method: "POST", body: { text: JSON.stringify({ event: hook }) } });
      expect(seen["headers"]).toMatchObject({ "content-type": "application/json", "x-event": "made" });
      expect(Object.keys(seen["headers"] as object)).not.toEqual(expect.arrayContaining(["cookie"]));
      expect(answer.text).not.toContain("1.2.3.4");
      expect(await newest()).toMatchObject({ hook, verdict: "accepted", origin: "vendor", status: 200 });
    },
  );

  it("tell the plugin their addresses, and that a secret is held, but never the secret", async () => {
    const seen = (await send("push")).json() as { settings: object; secretsHeld: string[]; hooks: object };
    expect(seen.settings).toMatchObject({ password: "the-plugin-may-see-this" });
    expect(Object.keys(seen.settings)).toEqual(["vendorKey", "password"]);
    expect(seen.secretsHeld).toEqual(["token", "standard"]);
    expect(seen.hooks).toEqual(
      Object.fromEntries(names.map((name) => [name, `${server.origin}/hooks/com.example.callbacks/default/${name}`])),
    );
    const { rows } = await operator.ok("testSettings", {
      params: hookPlugin,
      body: { values: {}, secrets: { token: hookSecret } },
    });
    expect(JSON.stringify(rows)).not.toContain(hookSecret);
  });

  it("pass on what the plugin answers: its status, its words, or nothing", async () => {
    const xml = await send("push", { body: "do:xml" });
    expect([xml.status, xml.headers["content-type"], xml.text]).toEqual([
      201,
      "text/xml; charset=utf-8",
      "<Response/>",
    ]);
    expect((await send("push", { body: "do:refuse" })).status).toBe(422);
    const nothing = await send("push", { body: "do:nothing" });
    expect([nothing.status, nothing.text]).toEqual([200, ""]);
    const bytes = (await send("push", { body: new Uint8Array([0xff, 0x00]) })).json() as { body: object };
    expect(bytes.body).toEqual({ base64: "/wA=" });
  });

  it.each(names)("refuse what is signed with another secret, or not at all: %s", async (hook) => {
    const signed = signAsVendor(server.origin, hook);
    const unsigned = await post(server, { ...signed, headers: { "content-type": "application/json" } });
    expect([unsigned.status, unsigned.problem().code]).toEqual([401, "hook.bad_signature"]);
    const changed = await post(server, { ...signed, body: Buffer.from('{"n":"evil"}') });
    expect(changed.problem().code).toBe("hook.bad_signature");
    expect(await newest()).toMatchObject({ hook, verdict: "bad_signature", status: 401 });
  });

  it("keep a refused body only in part, and never hand it over", async () => {
    await send("push", { key: "wrong", body: "x".repeat(60_000) });
    const delivery = (await newest())?.id ?? "";
    const detail = await operator.ok("getHookDelivery", { params: { ...hookPlugin, delivery } });
    expect(detail).toMatchObject({
      reason: "signature_wrong",
      bytes: 60_000,
      replayable: false,
      notReplayable: "signature",
    });
    expect(detail.content?.body).toEqual({ text: "x".repeat(4096) });
    const replayed = await operator.call("replayHookDelivery", { params: { ...hookPlugin, delivery } });
    expect(replayed.problem().code).toBe("hook.not_replayable");
  });

  it.each(["push", "events", "signed"] as const)("refuse what is too old or from the future: %s", async (hook) => {
    for (const offset of [-301_000, 302_000]) {
      const answer = await send(hook, { atMs: Date.now() + offset });
      expect([answer.status, answer.problem().code], String(offset)).toEqual([401, "hook.stale"]);
      expect(await newest()).toMatchObject({ verdict: "stale", reason: offset < 0 ? "too_old" : "from_the_future" });
    }
    expect((await send(hook, { atMs: Date.now() - 290_000 })).status).toBe(200);
  });

  it.each(names)("threat 71: hand the same request over once, and answer the copy well: %s", async (hook) => {
    const request = signAsVendor(server.origin, hook);
    const first = await post(server, request);
    expect([first.status, first.text === ""]).toEqual([200, false]);
    const copy = await post(server, { ...request, headers: { ...request.headers, "x-other": "1" } });
    expect([copy.status, copy.text]).toEqual([200, ""]);
    expect(await newest()).toMatchObject({ verdict: "replayed", reason: "handled", status: 200 });
  });

  it("remember what was handed over when the server starts again", async () => {
    using own = createHookFolder();
    await using other = await startTestServer();
    await turnOnHooks(await other.as("administrator"), own);
    const request = signAsVendor(other.origin, "push");
    expect((await post(other, request)).text).not.toBe("");
    await using again = await other.restart();
    const copy = await post(again, request);
    expect([copy.status, copy.text]).toEqual([200, ""]);
  });

  it("refuse a copy while the first is in the plugin's hands", async () => {
    const request = signAsVendor(server.origin, "push", { body: "do:slow" });
    const [first, second] = await Promise.all([post(server, request), post(server, request)]);
    const statuses = [first.status, second.status].toSorted((a, b) => a - b);
    expect(statuses).toEqual([200, 409]);
  });

  it("take a request again that the plugin did not answer well", async () => {
    const request = signAsVendor(server.origin, "push", { body: "do:refuse" });
    expect((await post(server, request)).status).toBe(422);
    expect((await post(server, request)).status).toBe(422);
  });

  it("threat 173: turn away what is too large, whether its length is told or not", async () => {
    const told = await send("plain", { body: "x".repeat(1001) });
    expect([told.status, told.problem().code]).toEqual([413, "request.body_too_large"]);
    expect(await newest()).toMatchObject({ hook: "plain", verdict: "too_large", status: 413, bytes: 0 });
    expect((await send("plain", { body: "x".repeat(1000) })).status).toBe(200);
    const chunked = await rawRequest(
      server,
      `POST /hooks/${hookPlugin.plugin}/default/plain HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n7d0\r\n${"x".repeat(2000)}\r\n`,
    );
    expect(chunked).toMatch(/^HTTP\/1\.1 413 /);
  });

  it("answer 404 alike to a plugin, an instance and a hook that are not there, and take POST alone", async () => {
    const bodies = await Promise.all(
      [
        `/hooks/com.example.absent/default/push`,
        `/hooks/${hookPlugin.plugin}/absent/push`,
        `/hooks/${hookPlugin.plugin}/default/absent`,
        `/hooks/${hookPlugin.plugin}/default/constructor`,
        `/hooks/${hookPlugin.plugin}/default/__proto__`,
        `/hooks/..%2f..%2f/default/push`,
      ].map(async (path) => {
        const { requestId: _, ...rest } = (await server.nobody().send("POST", path, { body: "{}" })).problem();
        return rest;
      }),
    );
    expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBe(1);
    expect(bodies[0]).toMatchObject({ status: 404, code: "request.not_found" });
    for (const method of ["GET", "PUT", "DELETE", "PATCH"]) {
      const answer = await server.nobody().send(method, `/hooks/${hookPlugin.plugin}/default/push`);
      expect([answer.status, answer.headers["allow"]], method).toEqual([405, "POST"]);
      expect((await server.nobody().send(method, "/hooks/a/b/c")).status, method).toBe(405);
    }
  });

  it("look at no credential of ours: the signature is the credential", async () => {
    const signed = signAsVendor(server.origin, "push");
    const headers = {
      ...signed.headers,
      authorization: "Basic dmVuZG9yOnB3",
      cookie: operator.cookie,
      origin: "https://evil.example",
    };
    expect((await post(server, { ...signed, headers })).status).toBe(200);
    const stolen = await server
      .nobody()
      .send("POST", signed.target, { body: "{}", headers: { cookie: operator.cookie } });
    expect(stolen.problem().code).toBe("hook.bad_signature");
  });

  it("threat 172: check the address that the vendor was told, not the Host that a request names", async () => {
    const form = { contentType: "application/x-www-form-urlencoded", body: "MessageSid=SM1&MessageStatus=sent" };
    const elsewhere = signAsVendor("https://evil.example", "status", form);
    const lied = await post(server, {
      ...elsewhere,
      headers: { ...elsewhere.headers, host: "evil.example", "x-forwarded-host": "evil.example" },
    });
    expect(lied.problem().code).toBe("hook.bad_signature");
    const told = signAsVendor(server.origin, "status", form);
    const answer = await post(server, { ...told, headers: { ...told.headers, host: "evil.example" } });
    expect((answer.json() as { body: object }).body).toEqual({ text: form.body });
  });

  it("hand over the query of an address where it is signed, and of no other", async () => {
    const json = signAsVendor(server.origin, "status");
    expect(((await post(server, json)).json() as { query: object }).query).toEqual({
      bodySHA256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const tricked = await post(server, { ...json, target: `${json.target}&__proto__=1` });
    expect(tricked.problem().code).toBe("hook.bad_signature");
    const push = signAsVendor(server.origin, "push");
    expect(
      ((await post(server, { ...push, target: `${push.target}?role=admin` })).json() as { query: object }).query,
    ).toEqual({});
  });

  it("threat 214: answer 502 and try nothing again when the plugin dies with a delivery in its hands", async () => {
    const answer = await send("push", { body: "do:crash" });
    expect([answer.status, answer.problem().code]).toEqual([502, "plugin.link_lost"]);
    expect(await newest()).toMatchObject({ verdict: "plugin_failed", reason: "plugin.link_lost", status: 502 });
    const { items } = await operator.ok("searchAudit", { query: { action: "ingress.handle", limit: 4 } });
    expect(items.map(({ outcome }) => outcome)).toContain("unknown");
    await running();
  });

  it("threat 42: tell the vendor nothing of what the plugin says of its failure", async () => {
    for (const [body, code] of [
      ["do:fail", "plugin.failed"],
      ["do:lie", "plugin.bad_reply"],
    ] as const) {
      const answer = await send("push", { body });
      expect([answer.status, answer.problem().code], body).toEqual([502, code]);
      expect(answer.text).not.toContain("canary.person");
    }
    expect(await newest()).toMatchObject({ verdict: "plugin_failed" });
  });

  it("answer 503 while the plugin is down, so that the vendor comes again, and take it then", async () => {
    await operator.ok("disableInstance", { params: hookPlugin, body: {} });
    const request = signAsVendor(server.origin, "plain");
    const down = await post(server, request);
    expect([down.status, down.problem().code, down.headers["retry-after"]]).toEqual([503, "plugin.not_running", "30"]);
    expect(await newest()).toMatchObject({ verdict: "not_running", status: 503 });
    expect((await post(server, { ...request, body: Buffer.from("{}") })).status).toBe(401);
    await operator.ok("enableInstance", { params: hookPlugin, body: {} });
    expect((await post(server, request)).status).toBe(200);
  });

  it("are listed with address, scheme, whether the secret is set, and the last delivery", async () => {
    const { items } = await operator.ok("listHooks", { params: hookPlugin });
    expect(items.map(({ id }) => id)).toEqual(names);
    expect(items.find(({ id }) => id === "push")).toMatchObject({
      address: `${server.origin}/hooks/com.example.callbacks/default/push`,
      scheme: "hmac",
      plain: "HMAC-SHA-256 over the timestamp in x-timestamp and the body, in the header x-signature",
      key: { setting: "token", title: "Auth token", secret: true, set: true },
      testable: true,
      phi: true,
      last: { hook: "push" },
    });
    expect(items.find(({ id }) => id === "signed")).toMatchObject({
      testable: false,
      notTestable: "vendor_only",
      key: { secret: false },
    });
    const absent = await operator.call("listHooks", { params: { plugin: "com.example.absent" } });
    expect(absent.problem().code).toBe("plugin.not_found");
  });

  it("are named at Enable while nobody can sign for them, and refuse everything until then", async () => {
    const row = async () =>
      (await operator.ok("getEnableGate", { params: hookPlugin })).rows.find(({ id }) => id === "hooks");
    expect(await row()).toMatchObject({ status: "passed" });
    const save = async (token: string | null) => {
      const { values, revision } = await operator.ok("getSettings", { params: hookPlugin });
      await operator.ok("saveSettings", { params: hookPlugin, body: { values, secrets: { token }, revision } });
    };
    await save(null);
    expect(await row()).toMatchObject({
      status: "warning",
      detail: "Without their secret these refuse whatever arrives: Hook plain, Hook push, Hook status.",
      field: "/token",
    });
    expect((await send("push", { key: "" })).problem().code).toBe("hook.bad_signature");
    expect(await newest()).toMatchObject({ reason: "key_missing" });
    const test = await operator.call("sendTestDelivery", { params: { ...hookPlugin, hook: "push" }, body: {} });
    expect(test.problem().code).toBe("hook.secret_missing");
    await save(hookSecret);
    await running();
    expect((await send("push")).status).toBe(200);
  });

  it("are tested with a body that is signed here and goes the vendor's way, as often as one likes", async () => {
    for (const hook of ["plain", "push", "status", "events"] as const) {
      for (const text of [undefined, '{"mine":true}', '{"mine":true}']) {
        const delivery = await operator.ok("sendTestDelivery", {
          params: { ...hookPlugin, hook },
          body: text === undefined ? {} : { text },
        });
        expect(delivery, hook).toMatchObject({ hook, origin: "test", verdict: "accepted", status: 200 });
      }
    }
    const bad = await operator.call("sendTestDelivery", { params: { ...hookPlugin, hook: "signed" }, body: {} });
    expect(bad.problem().code).toBe("hook.not_signable");
    const none = await operator.call("sendTestDelivery", { params: { ...hookPlugin, hook: "absent" }, body: {} });
    expect(none.problem().code).toBe("hook.not_found");
  });

  it("show a delivery to who may read it, and write down that it was read", async () => {
    await send("status", {
      contentType: "application/x-www-form-urlencoded",
      body: "MessageSid=SM7&MessageStatus=delivered",
    });
    const delivery = (await newest())?.id ?? "";
    const detail = await operator.ok("getHookDelivery", { params: { ...hookPlugin, delivery } });
    expect(detail).toMatchObject({
      replayable: true,
      content: {
        target: `/hooks/${hookPlugin.plugin}/default/status`,
        headers: { "content-type": "application/x-www-form-urlencoded", "x-twilio-signature": expect.any(String) },
        body: { text: "MessageSid=SM7&MessageStatus=delivered" },
      },
      answer: { contentType: "application/json" },
    });
    const { items } = await operator.ok("searchAudit", { query: { action: "getHookDelivery", limit: 2 } });
    expect(items).toMatchObject([
      { kind: "outcome", outcome: "ok" },
      { kind: "intent", actor: "user:ana", resource: "HookDelivery" },
    ]);
    for (const role of ["viewer", "auditor"] as const)
      expect(
        (await (await server.as(role)).call("getHookDelivery", { params: { ...hookPlugin, delivery } })).problem().code,
      ).toBe("request.forbidden");
    const gone = await operator.call("getHookDelivery", { params: { ...hookPlugin, delivery: "absent" } });
    expect(gone.problem().code).toBe("hook.delivery_not_found");
    const elsewhere = await operator.call("getHookDelivery", { params: { plugin: "com.example.absent", delivery } });
    expect(elsewhere.status).toBe(404);
  });

  it("hand a delivery over again by the will of a person, in that person's name", async () => {
    await send("push", { body: "again" });
    const original = (await newest())?.id ?? "";
    const replayed = await operator.ok("replayHookDelivery", { params: { ...hookPlugin, delivery: original } });
    expect(replayed).toMatchObject({ origin: "replay", replayOf: original, verdict: "accepted", status: 200 });
    const detail = await operator.ok("getHookDelivery", { params: { ...hookPlugin, delivery: replayed.id } });
    expect(detail.content?.body).toEqual({ text: "again" });
    expect((JSON.parse(detail.answer?.text ?? "{}") as { receivedAt: string }).receivedAt).toBe(
      (await operator.ok("getHookDelivery", { params: { ...hookPlugin, delivery: original } })).at,
    );
    const { items } = await operator.ok("searchAudit", { query: { action: "ingress.handle", limit: 2 } });
    expect(items.map(({ actor }) => actor)).toEqual(["user:ana", "user:ana"]);
  });

  it("leave a folded denial for what is refused, an intent and an outcome for what is handed over", async () => {
    await send("push", { key: "wrong" });
    await send("push");
    const { items } = await operator.ok("searchAudit", { query: { action: "receiveHook", limit: 20 } });
    const denied = await operator.ok("searchAudit", { query: { action: "receiveHook", decision: "deny", limit: 20 } });
    expect(new Set(denied.items.map(({ reason }) => reason))).toEqual(
      new Set([
        "key_missing",
        "signature_missing",
        "signature_wrong",
        "too_old",
        "from_the_future",
        "handled",
        "in_flight",
      ]),
    );
    expect(denied.items[0]).toMatchObject({
      actor: "hook:com.example.callbacks/default",
      plugin: hookPlugin.plugin,
      resource: "HookDelivery",
    });
    expect(items.filter(({ kind }) => kind === "outcome")[0]).toMatchObject({ outcome: "ok" });
  });
});

async function rawRequest({ port, ca }: TestServer, text: string): Promise<string> {
  const { connect } = await import("node:tls");
  return await new Promise((resolve, reject) => {
    const socket = connect({ port, host: "localhost", ca }, () => socket.write(text));
    let said = "";
    socket.setEncoding("utf8").on("data", (part: string) => {
      said += part;
      socket.destroy();
      resolve(said);
    });
    socket.once("error", reject);
  });
}
