import { isScope, parseScope, resolveScope } from "@hilum/contract";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import {
  apiHost,
  createFetchRig,
  failureOf,
  startProvider,
  type FetchRigOptions,
} from "../../test-support/fetch-rig.ts";

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close();
});

async function rigOf(options: FetchRigOptions = {}) {
  const provider = await startProvider((_request, response) => response.end("ok"));
  const rig = await createFetchRig(provider.port, options);
  open.push(provider, rig);
  return Object.assign(rig, { provider });
}
const closed = { privateRanges: [] };

describe("where http.fetch leads", () => {
  it("threat 83, 94: a host that is spelled as no host is, is none: in a manifest, in a setting, in a grant", async () => {
    const tricks = [
      "2130706433",
      "0177.0.0.1",
      "0x7f.1",
      "127.1",
      "①②⑦.⓪.⓪.①",
      "127。0。0。1",
      "[example.com]",
      "127.0.0.1%00",
      "[fe80::1%25eth0]",
      "a@127.0.0.1",
      "127.0.0.1\\@a",
      "exa\tmple.com",
      "",
    ];
    const named = parseScope("net:https://{config.host}:443");
    for (const host of tricks) {
      expect([host, isScope(parseScope(`net:https://${host}:443`))]).toEqual([host, false]);
      expect([host, isScope(named) && isScope(resolveScope(named, { host }))]).toEqual([host, false]);
      const rig = await rigOf({ destination: { scope: `net:https://${host}:443` }, rules: closed });
      expect(await failureOf(rig.ask())).toMatchObject({ code: "destination.invalid", sent: "no" });
      expect([rig.lookups, rig.provider.connections]).toEqual([[], 0]);
    }
  });

  it("threat 83, 93, 103: whatever a plugin writes as a path goes to the declared host, or nowhere", async () => {
    const rig = await rigOf();
    const tricks = [
      "https://evil.example/v1/messages/M1",
      "//evil.example/v1/messages/M1",
      "/\\evil.example/v1/messages/M1",
      "http:/v1/messages/M1",
      "file:///etc/passwd",
      "gopher://127.0.0.1:6379/_x",
      "data:text/plain,x",
      "unix:/run/docker.sock:/v1/messages/M1",
      "/v1/messages/M1@evil.example#",
      "/v1/messages/..%2f..%2fadmin",
      "/v1/messages/%2e%2e",
      "/v1/messages/a%00b",
      "/v1/messages/a\r\nHost: evil.example",
      "*",
    ];
    for (const path of tricks)
      expect([path, (await failureOf(rig.ask({ path }))).code]).toEqual([path, "destination.invalid"]);
    expect(rig.provider.requests).toEqual([]);
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", minLength: 1, maxLength: 40 }), async (text) => {
        await rig.ask({ path: `/v1/messages/${text}` }).catch(() => undefined);
        return rig.provider.requests.every(
          ({ url, headers }) =>
            /^\/v1\/messages\/[^/?#\\\s]+$/.test(url) && headers.host === `${apiHost}:${rig.provider.port}`,
        );
      }),
      { numRuns: 200 },
    );
    expect(rig.lookups.every((name) => name === apiHost)).toBe(true);
  });

  it.each([
    "127.0.0.1",
    "10.0.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "168.63.129.16",
    "100.100.100.200",
    "0.0.0.0",
    "255.255.255.255",
    "224.0.0.1",
    "::1",
    "::",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "2001::1",
    "fd00:ec2::254",
    "fe80::1",
    "ff02::1",
    "fe80::1%lo",
  ])("threat 84, 85, 86, 90: a name that leads to %s leads nowhere", async (address) => {
    const rig = await rigOf({ names: { [apiHost]: [address] }, rules: closed });
    expect(await failureOf(rig.ask())).toMatchObject({ code: "destination.not_public", sent: "no" });
    expect(rig.entries).toMatchObject([{ kind: "note", decision: "deny" }]);
    expect(rig.provider.connections).toBe(0);
  });

  it.each(["127.0.0.1", "[::1]", "169.254.169.254", "[::ffff:7f00:1]"])(
    "threat 87: the literal %s is judged as it stands and never looked up",
    async (host) => {
      const provider = await startProvider((_request, response) => response.end("ok"));
      const rig = await createFetchRig(provider.port, {
        destination: { scope: `net:https://${host}:${provider.port}` },
        rules: closed,
      });
      open.push(provider, rig);
      expect(await failureOf(rig.ask())).toMatchObject({ code: "destination.not_public", sent: "no" });
      expect([rig.lookups, provider.connections]).toEqual([[], 0]);
    },
  );

  it("threat 88: a name that moves between two look-ups is followed to no address that was not judged", async () => {
    let asked = 0;
    const answers = ["127.0.0.1", "10.0.0.1"];
    const rig = await rigOf({
      names: { [apiHost]: () => [answers[Math.min(asked++, 1)] ?? ""] },
      limits: { idleMs: 50 },
    });
    expect((await rig.ask()).body).toEqual({ text: "ok" });
    expect(asked).toBe(1);
    // The open connection still leads to the judged address; once it is gone, the name is judged anew.
    expect((await rig.ask()).body).toEqual({ text: "ok" });
    expect(asked).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await failureOf(rig.ask())).toMatchObject({ code: "destination.not_public", sent: "no" });
    expect([asked, rig.provider.connections]).toEqual([2, 1]);
  });

  it("threat 88: a kept connection is not used once the rules forbid where it leads", async () => {
    const rules = { privateRanges: [{ cidr: "127.0.0.0/8" }] };
    const rig = await rigOf({ rules });
    await rig.ask();
    rules.privateRanges.length = 0;
    expect(await failureOf(rig.ask())).toMatchObject({ code: "destination.not_public", sent: "no" });
    expect(rig.provider.requests).toHaveLength(1);
  });

  it("threat 89: one private answer among several refuses them all, wherever it stands", async () => {
    for (const addresses of [
      ["93.184.216.34", "10.0.0.1"],
      ["10.0.0.1", "93.184.216.34"],
      ["93.184.216.34", "::1"],
    ]) {
      const rig = await rigOf({ names: { [apiHost]: addresses }, rules: closed });
      expect(await failureOf(rig.ask())).toMatchObject({ code: "destination.not_public", sent: "no" });
    }
  });

  it("threat 90: localhost with a dot at its end, and a public name that carries an address, are judged by what they lead to", async () => {
    for (const host of ["localhost", "127.0.0.1.nip.example"]) {
      const provider = await startProvider((_request, response) => response.end("ok"));
      const rig = await createFetchRig(provider.port, {
        destination: { scope: `net:https://${host}:${provider.port}` },
        names: { [host]: ["127.0.0.1"] },
        rules: closed,
      });
      open.push(provider, rig);
      expect(await failureOf(rig.ask())).toMatchObject({ code: "destination.not_public" });
      expect(provider.connections).toBe(0);
    }
    expect(isScope(parseScope("net:https://localhost.:443"))).toBe(false);
  });

  it("threat 105: the platform's own ports and the machine's own addresses are never reached, though a range is open", async () => {
    const provider = await startProvider((_request, response) => response.end("ok"));
    const own = await createFetchRig(provider.port, { rules: { ownPorts: [provider.port] } });
    const hairpin = await createFetchRig(provider.port, {
      names: { [apiHost]: ["203.0.113.7"] },
      rules: { ownAddresses: ["203.0.113.7"] },
    });
    open.push(provider, own, hairpin);
    for (const rig of [own, hairpin]) {
      expect(await failureOf(rig.ask())).toMatchObject({ code: "destination.not_public" });
      expect(rig.entries).toMatchObject([{ reason: "address.own" }]);
    }
    expect(provider.connections).toBe(0);
  });

  it("threat 107: a private server is reached only where an administrator opened its range, at the granted port, and is audited", async () => {
    const rig = await rigOf();
    await rig.ask();
    expect(rig.entries).toMatchObject([
      { kind: "intent", detail: { host: apiHost, port: rig.provider.port } },
      { kind: "outcome" },
    ]);
    const elsewhere = await rigOf({ granted: [`net:https://${apiHost}:1`] });
    expect(await failureOf(elsewhere.ask())).toMatchObject({ code: "policy.denied" });
    expect(elsewhere.lookups).toEqual([]);
  });

  it("tells a name that is not there from one that is refused", async () => {
    const rig = await rigOf({ names: {} });
    expect(await failureOf(rig.ask())).toEqual({
      code: "provider.unreachable",
      sent: "no",
      detail: "The name of the destination cannot be resolved.",
    });
    const none = await rigOf({ names: { [apiHost]: [] } });
    expect(await failureOf(none.ask())).toMatchObject({ code: "destination.not_public" });
  });

  it("threat 102: names are looked up by the host and are the manifest's own, so none can carry data away", async () => {
    const rig = await rigOf();
    await rig.ask({ path: "/v1/messages/c2VjcmV0.evil.example", query: { host: "c2VjcmV0.evil.example" } });
    expect(rig.lookups).toEqual([apiHost]);
  });
});
