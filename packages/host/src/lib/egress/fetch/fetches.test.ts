import { afterEach, describe, expect, it } from "vitest";
import {
  apiHost,
  createFetchRig,
  failureOf,
  startProvider,
  type FetchRigOptions,
} from "../../test-support/fetch-rig.ts";

const secret = "sk_live_correct-horse";
const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close();
});

type Respond = Parameters<typeof startProvider>[0];
const ok: Respond = (_request, response) =>
  response.writeHead(200, { "content-type": "application/json", etag: '"1"', "x-internal": "no" }).end('{"id":"M1"}');

async function rigOf(
  respond: Respond = ok,
  options: FetchRigOptions = {},
  tls: Parameters<typeof startProvider>[1] = {},
) {
  const provider = await startProvider(respond, tls);
  open.push(provider);
  const rig = await createFetchRig(provider.port, options);
  open.push(rig);
  return Object.assign(rig, { provider });
}
const bearer = { credential: () => ({ type: "bearer" as const, token: secret }) };

describe("http.fetch", () => {
  it("makes the declared request with the secret in its place, and answers what is of use", async () => {
    const rig = await rigOf(ok, { destination: bearer });
    const answer = await rig.post({
      body: { form: { To: "+1 555", Body: ["a", "b&c"] } },
      headers: { Accept: "application/json" },
    });
    expect(answer).toEqual({
      status: 200,
      headers: { "content-type": "application/json", etag: '"1"' },
      body: { text: '{"id":"M1"}' },
      request: "/v1/messages",
    });
    expect(rig.provider.requests).toMatchObject([
      {
        method: "POST",
        url: "/v1/messages",
        body: "To=%2B1+555&Body=a&Body=b%26c",
        headers: {
          host: `${apiHost}:${rig.provider.port}`,
          authorization: `Bearer ${secret}`,
          accept: "application/json",
          "accept-encoding": "identity",
          "content-type": "application/x-www-form-urlencoded",
          "content-length": "29",
          "user-agent": "Hilum/0.1.0",
        },
      },
    ]);
  });

  it("audits intent and outcome by host, method and template, and keeps a receipt, none of which holds a value", async () => {
    const rig = await rigOf(ok, { destination: bearer });
    await rig.ask({ path: "/v1/messages/Ada-Lovelace", query: { phone: "+15550100" }, call: "c1" });
    const detail = {
      destination: "api",
      host: apiHost,
      port: rig.provider.port,
      method: "GET",
      route: "/v1/messages/:id",
    };
    expect(rig.entries).toMatchObject([
      { kind: "intent", action: "http.fetch", actor: "plugin:com.example.sms/default", decision: "allow", detail },
      { kind: "outcome", outcome: "ok", detail: { ...detail, status: 200 } },
    ]);
    expect(rig.receipts).toMatchObject([
      {
        kind: "fetch",
        destination: "api",
        host: apiHost,
        method: "GET",
        template: "/v1/messages/{id}",
        status: 200,
        decision: "allow",
        bytesIn: 11,
        call: "c1",
      },
    ]);
    expect(JSON.stringify([rig.entries, rig.receipts])).not.toMatch(/Lovelace|5550100|correct-horse/);
  });

  it("gives any status as a result, and text or bytes as the answer is", async () => {
    const rig = await rigOf((request, response) => {
      if (request.url.endsWith("bytes")) response.writeHead(404).end(Buffer.from([0xff, 0xd8]));
      else response.writeHead(500, { "content-type": "text/html" }).end("<h1>Oops</h1>");
    });
    expect(await rig.ask()).toMatchObject({ status: 500, body: { text: "<h1>Oops</h1>" } });
    expect(await rig.ask({ path: "/v1/messages/bytes" })).toMatchObject({ status: 404, body: { base64: "/9g=" } });
  });

  it("keeps one connection for one destination, and looks the name up once for it", async () => {
    const rig = await rigOf();
    for (let count = 0; count < 5; count += 1) await rig.ask();
    expect([rig.provider.connections, rig.lookups.length]).toEqual([1, 1]);
  });

  it("speaks as basic, bearer and header ask for it", async () => {
    const heard: unknown[] = [];
    const respond: Respond = ({ headers }, response) => {
      heard.push(headers["authorization"] ?? headers["x-api-key"]);
      response.end();
    };
    const credentials = [
      { type: "basic", username: "AC1", password: "pä:ss" },
      { type: "bearer", token: "t0ken" },
      { type: "header", name: "x-api-key", value: "k3y-value" },
    ] as const;
    for (const credential of credentials)
      await (await rigOf(respond, { destination: { credential: () => credential } })).ask();
    expect(heard).toEqual([`Basic ${Buffer.from("AC1:pä:ss").toString("base64")}`, "Bearer t0ken", "k3y-value"]);
  });

  it("says that nothing went out when the secret is missing or fits in no header", async () => {
    for (const token of ["", "two\nlines", "ünicode"]) {
      const rig = await rigOf(ok, { destination: { credential: () => ({ type: "bearer", token }) } });
      expect(await failureOf(rig.ask())).toMatchObject(
        token === "" ? { sent: "no" } : { code: "provider.bad_credentials", sent: "no" },
      );
      expect(rig.provider.requests).toEqual([]);
    }
  });

  it("threat 96: denies what the manifest does not declare and what is not granted, and notes each", async () => {
    const rig = await rigOf(ok, { granted: [] });
    const asked: [Record<string, unknown>, string, string][] = [
      [{ destination: "other" }, "destination.invalid", "destination.unknown"],
      [{ path: "/v1/accounts/M1" }, "destination.invalid", "request.undeclared"],
      [{ method: "DELETE" }, "destination.invalid", "request.undeclared"],
      [{ headers: { host: "evil.example" } }, "destination.invalid", "header.not_allowed"],
      [{ body: { text: "x" } }, "destination.invalid", "body.not_allowed"],
      [{}, "policy.denied", "scope.not_granted"],
    ];
    for (const [params, code, reason] of asked) {
      expect(await failureOf(rig.ask(params))).toMatchObject({ code, sent: "no" });
      expect(rig.entries.at(-1)).toMatchObject({ kind: "note", decision: "deny", reason });
      expect(rig.receipts.at(-1)).toMatchObject({ decision: "deny", bytesOut: 0 });
    }
    expect([rig.lookups, rig.provider.connections]).toEqual([[], 0]);
  });

  it("asks whether patient data may go there, after the grant and before anything is connected", async () => {
    const asked: unknown[] = [];
    const refuse = { allow: false, code: "agreement.missing", reason: "agreement.missing" } as const;
    const ports = { discloses: (_key: unknown, request: unknown) => (asked.push(request), refuse) };
    const rig = await rigOf(ok, { ports });
    expect(await failureOf(rig.ask())).toMatchObject({ code: "agreement.missing", sent: "no" });
    expect(asked).toEqual([{ host: apiHost, phi: true, testMode: false, inOwnRange: true }]);
    expect(rig.entries).toMatchObject([{ kind: "note", decision: "deny", reason: "agreement.missing" }]);
    expect(rig.receipts).toMatchObject([{ decision: "deny", reason: "agreement.missing", host: apiHost }]);
    await failureOf(
      (
        await rigOf(ok, {
          ports,
          destination: { phi: false },
          rules: { privateRanges: [] },
          names: { [apiHost]: ["93.184.216.34"] },
        })
      ).ask(),
    );
    expect(asked[1]).toEqual({ host: apiHost, phi: false, testMode: false, inOwnRange: false });
    expect(rig.provider.connections).toBe(0);
  });

  it("does nothing when the intent cannot be written", async () => {
    const append = () => Promise.reject(new Error("EIO"));
    const rig = await rigOf(ok, { ports: { governor: { audit: { append }, denials: { deny: append } } } });
    expect(await failureOf(rig.ask())).toMatchObject({ code: "audit.blocked", sent: "no" });
    expect(rig.provider.requests).toEqual([]);
  });

  it("gives up at the plugin's cancel, at the deadline, and when the instance ends", async () => {
    const taken = Promise.withResolvers<void>();
    const cancelled = await rigOf(() => taken.resolve());
    const first = failureOf(cancelled.ask());
    await taken.promise;
    cancelled.controller.abort();
    expect(await first).toMatchObject({ code: "plugin.killed", sent: "maybe" });
    // Long enough for a busy machine to have sent it.
    const late = await rigOf(() => undefined, { destination: { timeoutMs: 1500 } });
    expect(await failureOf(late.ask({ timeoutMs: 60_000 }))).toMatchObject({ code: "provider.timeout", sent: "maybe" });
    const takenToo = Promise.withResolvers<void>();
    const ended = await rigOf(() => takenToo.resolve());
    const last = failureOf(ended.ask());
    await takenToo.promise;
    ended.close();
    expect(await last).toMatchObject({ code: "plugin.not_running", sent: "maybe" });
  });
});
