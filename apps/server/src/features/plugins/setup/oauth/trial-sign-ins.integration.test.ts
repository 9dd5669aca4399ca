import { setTimeout as sleep } from "node:timers/promises";
import type { SetupSession } from "@hilum/contract/api";
import { requires, sender } from "@hilum/testkit";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { clientSecret, openSenderWorld, type SenderWorld } from "../../../../../test-support/sender-world.ts";

/** Access tokens of the provider live so long: less than the minute before their end in which they are renewed. */
const lifeSeconds = 6;
const endsMs = lifeSeconds * 1000 + 500;

describe.skipIf(!requires("bubblewrap").available)("a setup that is tried after its access token has ended", () => {
  let world: SenderWorld;
  beforeAll(async () => {
    world = await openSenderWorld({ accessTokenSeconds: lifeSeconds });
  });
  afterAll(() => world?.close());

  const answer = (step: string, values: object = {}, secrets?: object): Promise<SetupSession> =>
    world.operator.ok("answerSetupStep", {
      params: { ...sender, step },
      body: { values: { ...values }, ...(secrets === undefined ? {} : { secrets: { ...secrets } }) },
    });
  const failed = ({ checks }: SetupSession, step: string) =>
    checks[step]?.rows.filter(({ status }) => status === "failed");
  const refreshes = (): number => world.provider.exchanges.filter((one) => one.grantType === "refresh_token").length;
  const refuseRenewal = (): void =>
    void world.provider.tamper.push((response) =>
      response
        .writeHead(400, { "content-type": "application/json" })
        .end('{"error":"invalid_grant","error_description":"taken back"}'),
    );
  beforeEach(async () => {
    await world.operator.ok("restartSetup", { params: sender });
    await answer("client", { clientId: "clinic" }, { clientSecret });
    await world.signIn();
  });

  it("renews it, keeps what came, and renews that one in its turn: refresh tokens are good for one use here", async () => {
    // Once it has ended, and once more a moment later.
    for (const pauseMs of [endsMs, 0]) {
      const before = refreshes();
      await sleep(pauseMs);
      const tried = await answer("sender", { sender: "+15550001111" });
      expect([pauseMs, failed(tried, "sender"), refreshes()]).toEqual([pauseMs, [], before + 1]);
    }
    const before = refreshes();
    const listed = await world.operator.ok("discoverSetupOptions", {
      params: { ...sender, step: "sender" },
      body: { field: "sender", values: {} },
    });
    expect(listed.discovered["sender"]?.options).toHaveLength(2);
    expect(refreshes()).toBe(before + 1);
    expect(JSON.stringify(listed)).not.toMatch(/accessToken|refreshToken/);
  });

  it("tells a renewal that the provider refuses in its words, asks no plugin, and leads to a new sign-in", async () => {
    refuseRenewal();
    const tried = await answer("sender", { sender: "+15550001111" });
    expect(tried.checks["sender"]?.rows.slice(-2)).toMatchObject([
      {
        id: "sign-in:sign-in",
        status: "failed",
        cause: "wrong_credential",
        fix: "Sign in at the provider once more.",
        field: "/tokens",
        reply: "invalid_grant: taken back",
      },
      { id: "sender", status: "skipped", detail: "Waits for what failed above." },
    ]);
    expect(tried.signIns["sign-in"]).toMatchObject({
      state: "refused",
      problem: { reply: "invalid_grant: taken back" },
    });
    expect(tried.steps[1]).toMatchObject({ id: "sign-in", state: "open", reachable: true });
    await world.signIn();
    expect(failed(await answer("sender", { sender: "+15550001111" }), "sender")).toEqual([]);
  });

  it("says that the provider cannot be asked for the moment, and goes on with the same sign-in when it can", async () => {
    world.provider.tamper.push((response) => void response.destroy());
    const tried = await answer("sender", { sender: "+15550001111" });
    expect(failed(tried, "sender")).toMatchObject([{ id: "sign-in:sign-in", cause: "network" }]);
    expect(tried.signIns["sign-in"]).toMatchObject({ state: "granted" });
    expect(failed(await answer("sender", { sender: "+15550001111" }), "sender")).toEqual([]);
  });

  it("renews a saved sign-in where it is kept, for a reconfiguration and for a test of settings", async () => {
    await answer("sender", { sender: "+15550001111" });
    await answer("try");
    await world.operator.ok("finishSetup", { params: sender });
    await world.operator.ok("beginSetup", { params: sender, body: { mode: "reconfigure" } });
    const before = refreshes();
    expect(failed(await answer("try"), "try")).toEqual([]);
    const body = { values: { clientId: "clinic", sender: "+15550001111" } };
    expect(await world.operator.ok("testSettings", { params: sender, body })).toMatchObject({ ok: true });
    expect(refreshes()).toBe(before + 2);
    // What is refused is told as of a running instance, since it is the same sign-in.
    refuseRenewal();
    const refused = await world.operator.ok("testSettings", { params: sender, body });
    expect(refused).toMatchObject({ ok: false, rows: [{ id: "sign-in:sign-in", reply: "invalid_grant: taken back" }] });
    const { open } = await world.operator.ok("listRepairs");
    expect(open.filter(({ plugin }) => plugin === sender.plugin)).toMatchObject([{ mend: "reauthenticate" }]);
  });
});
