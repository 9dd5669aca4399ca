import type { IncomingMessage, ServerResponse } from "node:http";
import type { Evidence } from "@hilum/contract/api";
import { requires, sender } from "@hilum/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clientSecret, openSenderWorld, type SenderWorld } from "../../../../test-support/sender-world.ts";

type Behaviour = (request: IncomingMessage, response: ServerResponse) => void;
const say =
  (status: number, type: string, text: string, headers: object = {}): Behaviour =>
  (_request, response) =>
    void response.writeHead(status, { "content-type": type, ...headers }).end(text);

/** What a provider may do, the class of its cause, and what is shown of it. Each names a next step. */
const behaviours: [what: string, behaviour: Behaviour, row: Partial<Evidence>][] = [
  [
    "a wrong key",
    say(401, "application/json", '{"error":"token unknown"}'),
    { cause: "wrong_credential", reply: '{"error":"token unknown"}' },
  ],
  ["an exhausted quota", say(429, "application/json", '{"error":"5 of 5 used"}'), { cause: "quota" }],
  [
    "an unverified sender",
    say(200, "application/json", '{"error":"not verified"}'),
    { cause: "sender_not_verified", field: "/sender", reply: "not verified" },
  ],
  [
    "HTML",
    say(200, "text/html", "<h1>Welcome</h1>"),
    { cause: "other", reply: "HTTP 200, not JSON: <h1>Welcome</h1>" },
  ],
  ["silence", () => undefined, { cause: "timeout" }],
  ["a dropped line", (_request, response) => void response.destroy(), { cause: "network" }],
  [
    "a redirect to a metadata service",
    say(302, "text/plain", "", { location: "http://169.254.169.254/latest/meta-data/" }),
    { cause: "configuration", reply: expect.stringContaining("leads to another host") as string },
  ],
  [
    "a reply that repeats the secrets it was sent",
    (request, response) =>
      void response
        .writeHead(403, { "content-type": "text/plain" })
        .end(`not with ${String(request.headers.authorization)} of ${clientSecret}`),
    { cause: "wrong_credential", reply: "not with Bearer [redacted] of [redacted]" },
  ],
];

describe.skipIf(!requires("bubblewrap").available)("a provider that does not do what it should", () => {
  let world: SenderWorld;
  const answer = (step: string, values: object = {}, secrets: object = {}) =>
    world.operator.ok("answerSetupStep", {
      params: { ...sender, step },
      body: { values: { ...values }, secrets: { ...secrets } },
    });
  async function connect(): Promise<void> {
    await answer("client", { clientId: "clinic" }, { clientSecret });
    expect((await world.signIn()).status).toBe(303);
  }

  describe("with a certificate that holds", () => {
    beforeAll(async () => {
      world = await openSenderWorld();
      await connect();
    });
    afterAll(() => world?.close());

    it.each(behaviours)(
      "tells %s with its cause, the next step and the provider's words, and sends nothing",
      async (_what, behaviour, row) => {
        world.provider.behave(behaviour);
        const { checks, current } = await answer("sender", { sender: "+15550001111" });
        world.provider.behave(undefined);
        const failed = checks["sender"]?.rows.find(({ status }) => status === "failed");
        expect(failed).toMatchObject({ fix: expect.stringMatching(/\w{3}/), ...row });
        expect([current, checks["sender"]?.ok]).toEqual(["sender", false]);
        expect(JSON.stringify(checks)).not.toContain(clientSecret);
        expect(world.provider.taken).toEqual([]);
        expect((await world.operator.call("finishSetup", { params: sender })).problem().code).toBe(
          "instance.wrong_state",
        );
      },
    );

    it("goes on once the provider is well again", async () => {
      expect((await answer("sender", { sender: "+15550001111" })).current).toBe("try");
    });
  });

  it("tells the right key without the right that is needed, at the sign-in and at the check", async () => {
    world = await openSenderWorld({ grants: (scope) => scope !== "send" });
    try {
      await connect();
      const { signIns } = await world.operator.ok("getSetup", { params: sender });
      expect(signIns["sign-in"]).toMatchObject({
        state: "granted",
        problem: { status: "warning", detail: expect.stringContaining("Missing: send") },
      });
      const { checks } = await answer("sender", { sender: "+15550001111" });
      expect(checks["sender"]?.rows.at(-1)).toMatchObject({
        status: "failed",
        cause: "wrong_credential",
        field: "/clientId",
        reply: '{"error":"send is not granted"}',
      });
    } finally {
      await world.close();
    }
  });

  it("tells a certificate that has expired before anything is asked of the plugin", async () => {
    world = await openSenderWorld({ certificate: { notAfter: new Date(Date.now() - 60_000) } });
    try {
      await answer("client", { clientId: "clinic" }, { clientSecret });
      await world.begin();
      const begun = await world.operator.ok("goToSetupStep", { params: sender, body: { step: "sign-in" } });
      expect(begun.signIns["sign-in"]?.state).toBe("waiting");
      const { checks } = await answer("try");
      expect(checks["try"]?.rows).toMatchObject([
        { status: "passed", title: "localhost has an address" },
        {
          status: "failed",
          cause: "certificate",
          detail: "The certificate has expired.",
          fix: expect.stringContaining("renew"),
        },
        { status: "skipped", detail: "Waits for what failed above." },
      ]);
      // Nothing here is to blame, so no setting is named.
      expect(checks["try"]?.rows[1]).not.toHaveProperty("field");
      expect(world.provider.exchanges).toEqual([]);
    } finally {
      await world.close();
    }
  });
});
