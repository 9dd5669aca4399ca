import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { moveClock } from "../../../test-support/move-clock.ts";
import { showCode, turnOnSecondFactor } from "../../../test-support/one-time-code.ts";
import type { RawAnswer } from "../../../test-support/test-client.ts";
import { password, startTestServer, type TestServer } from "../../../test-support/test-server.ts";

type SignIn = { state: string; challenge?: string };

describe("signing in", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
    await server.as("administrator");
  });
  afterAll(() => server.close());

  /** From a loopback address of its own, so that one test's failures do not slow down another's. */
  const attempt = (username: string, secret: string, from: string): Promise<RawAnswer> =>
    server.nobody().call("signIn", { body: { username, password: secret }, from });

  /** A sign-in that succeeds, after any wait, so that each test counts failures of its own. */
  const forget = async (username: string): Promise<void> => {
    using _clock = moveClock(15 * 60_000);
    await server.signIn(username);
  };

  it("threat 163: says the same of a wrong password, an unknown user, a disabled one and one who never chose a password", async () => {
    const administrator = await server.as("administrator");
    await server.as("viewer");
    const { items } = await administrator.ok("listUsers");
    const viewer = items.find(({ username }) => username === "viewer")?.id ?? "";
    await administrator.ok("changeUser", { params: { user: viewer }, body: { disabled: true } });
    await administrator.ok("inviteUser", { body: { username: "bea", displayName: "Bea", role: "viewer" } });
    const answers = [
      await attempt("ana", "not the password", "127.0.0.10"),
      await attempt("nobody-of-that-name", "not the password", "127.0.0.10"),
      await attempt("viewer", password, "127.0.0.10"),
      await attempt("bea", "", "127.0.0.10"),
    ];
    const [first, ...others] = answers.map((answer) => ({ ...answer.problem(), requestId: "", status: answer.status }));
    expect(first).toMatchObject({ status: 401, code: "session.bad_credentials" });
    for (const other of others) expect(other).toEqual(first);
  });

  it("threat 163: works as much for a user who does not exist", async () => {
    await forget("ana");
    // Processor time of this process, in which the server runs: another program's load does not change it.
    const measure = async (username: string): Promise<number> => {
      const times = [];
      for (let at = 0; at < 4; at++) {
        const before = process.cpuUsage();
        await attempt(username, "not the password", "127.0.0.11");
        const { user, system } = process.cpuUsage(before);
        times.push(user + system);
      }
      return Math.min(...times);
    };
    const [known, unknown] = [await measure("ana"), await measure("somebody-else")];
    expect(unknown).toBeGreaterThan(known * 0.5);
    await (await server.signIn("ana")).ok("getAccount");
  });

  it("threat 163: throttles an account from any address, known or not, and lets it go on after the wait", async () => {
    await forget("ana");
    {
      // The clock stands still, so that a slow machine does not wait the throttle out.
      using _clock = moveClock(0);
      for (const username of ["ana", "no-such-user"]) {
        const codes = [];
        for (let at = 0; at < 6; at++)
          codes.push((await attempt(username, "not the password", `127.0.1.${at + 1}`)).problem().code);
        expect(codes).toEqual([...Array.from({ length: 5 }, () => "session.bad_credentials"), "request.too_many"]);
      }
      const blocked = await attempt("ana", password, "127.0.1.20");
      expect(blocked.status).toBe(429);
      expect(Number(blocked.headers["retry-after"])).toBeGreaterThan(0);
    }
    using _clock = moveClock(15 * 60_000);
    expect((await attempt("ana", password, "127.0.1.20")).status).toBe(200);
  });

  it("threat 163: throttles an address that tries many accounts", async () => {
    {
      using _clock = moveClock(0);
      const codes = [];
      for (let at = 0; at < 21; at++)
        codes.push((await attempt(`user-${at}`, "a common password", "127.0.2.1")).problem().code);
      expect(codes.indexOf("request.too_many")).toBe(20);
    }
    expect((await attempt("ana", password, "127.0.2.2")).status).toBe(200);
  });

  it("threat 164: stays responsive while a crowd signs in", async () => {
    const crowd = Array.from({ length: 16 }, (_unused, at) => attempt(`crowd-${at}`, "x", `127.0.3.${at + 1}`));
    const startedAt = performance.now();
    expect((await server.nobody().call("getHealth")).status).toBe(200);
    const healthMs = performance.now() - startedAt;
    const answers = await Promise.all(crowd);
    const wholeMs = performance.now() - startedAt;
    const statuses = answers.map(({ status }) => status);
    expect(statuses.every((status) => status === 401 || status === 429)).toBe(true);
    expect(healthMs).toBeLessThan(wholeMs);
  }, 120_000);

  it("threat 165: gives a new session at sign-in and never adopts one that the browser brought", async () => {
    const planted = "planted-by-somebody-else";
    const client = server.nobody();
    client.cookie = `__Host-sid=${planted}`;
    await client.ok("signIn", { body: { username: "ana", password } });
    const first = client.cookie;
    expect(first).not.toContain(planted);
    await client.ok("signIn", { body: { username: "ana", password } });
    expect(client.cookie).not.toBe(first);
    const other = server.nobody();
    other.cookie = `__Host-sid=${planted}`;
    expect((await other.call("getAccount")).status).toBe(401);
  });

  it("threat 165: gives a new token at step-up, and the old one ends", async () => {
    const client = await server.signIn("ana");
    const before = client.cookie;
    await client.ok("stepUp", { body: { password } });
    expect(client.cookie).not.toBe(before);
    expect((await client.call("getAccount")).status).toBe(200);
    const old = server.nobody();
    old.cookie = before;
    expect((await old.call("getAccount")).status).toBe(401);
  });

  it("threat 166: takes two cookies of the session's name for none", async () => {
    const client = await server.signIn("ana");
    const good = client.cookie;
    for (const cookie of [
      `${good}; __Host-sid=tossed`,
      `__Host-sid=tossed; ${good}`,
      `${good}; ${good}`,
      good.replace("__Host-sid", "sid"),
    ]) {
      client.cookie = cookie;
      expect((await client.call("getAccount")).status, cookie).toBe(401);
    }
    client.cookie = `other=1; ${good}`;
    expect((await client.call("getAccount")).status).toBe(200);
  });
});

describe("signing in with a second factor", () => {
  let server: TestServer;
  let secret: string;
  let recoveryCodes: string[];
  beforeAll(async () => {
    server = await startTestServer();
    ({ secret, recoveryCodes } = await turnOnSecondFactor(await server.as("administrator")));
  });
  afterAll(() => server.close());

  async function begin(from = "127.0.0.1"): Promise<string> {
    const answer = await server.nobody().call("signIn", { body: { username: "ana", password }, from });
    expect(answer.headers["set-cookie"]).toBeUndefined();
    const { state, challenge = "" } = answer.json() as SignIn;
    expect(state).toBe("second_factor_required");
    return challenge;
  }
  const complete = (challenge: string, code: string, from = "127.0.0.1"): Promise<RawAnswer> =>
    server.nobody().call("completeSignIn", { body: { challenge, code }, from });

  it("threat 168: opens nothing with the password alone", async () => {
    const challenge = await begin();
    const thief = server.nobody();
    thief.cookie = `__Host-sid=${challenge}`;
    expect((await thief.call("getAccount")).status).toBe(401);
    const program = await server.nobody().call("getAccount", { headers: { authorization: `Bearer ${challenge}` } });
    expect(program.status).toBe(401);
  });

  it("threat 168: takes a one-time code once, also from two that race", async () => {
    const code = showCode(secret);
    const [first, second] = await Promise.all([
      begin().then((challenge) => complete(challenge, code)),
      begin().then((challenge) => complete(challenge, code)),
    ]);
    expect([first.status, second.status].toSorted()).toEqual([200, 401]);
    expect((await complete(await begin(), code)).problem().code).toBe("session.code_wrong");
    // An earlier code is not taken after a newer one either.
    expect((await complete(await begin(), showCode(secret, -1))).status).toBe(401);
    expect((await complete(await begin(), showCode(secret, 1))).status).toBe(200);
  });

  it("threat 168: completes a half-open sign-in once, and not after five minutes", async () => {
    const challenge = await begin();
    const codes = recoveryCodes.splice(0, 2);
    const answers = await Promise.all(codes.map((code) => complete(challenge, code)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 401]);
    const late = await begin();
    using _clock = moveClock(6 * 60_000);
    expect((await complete(late, showCode(secret))).problem().code).toBe("session.code_wrong");
  });

  it("threat 168: takes a recovery code once, as it is typed", async () => {
    const code = recoveryCodes.shift() ?? "";
    const typed = ` ${code.toLowerCase().replace("-", " ")} `;
    expect((await complete(await begin(), typed)).status).toBe(200);
    expect((await complete(await begin(), code)).problem().code).toBe("session.code_wrong");
  });

  it("threat 168: replaces nothing while a new factor is being set up, and ends the old recovery codes with new ones", async () => {
    const client = server.nobody();
    await client.ok("completeSignIn", { body: { challenge: await begin(), code: recoveryCodes.shift() ?? "" } });
    const { secret: pending } = await client.ok("beginSecondFactor");
    expect((await complete(await begin(), showCode(pending))).status).toBe(401);
    const renewed = await client.ok("renewRecoveryCodes");
    expect((await complete(await begin(), recoveryCodes[0] ?? "")).status).toBe(401);
    recoveryCodes = renewed.recoveryCodes;
    expect((await client.ok("getAccount")).recoveryCodesLeft).toBe(10);
  });

  it("threat 163, 168: counts wrong codes by account, whatever the address and the half-open sign-in", async () => {
    const codes = [];
    using _clock = moveClock(0);
    for (let at = 0; at < 6; at++) {
      const from = `127.0.4.${at + 1}`;
      const started = await server.nobody().call("signIn", { body: { username: "ana", password }, from });
      if (started.status === 429) codes.push("request.too_many");
      else codes.push((await complete((started.json() as SignIn).challenge ?? "", "000000", from)).problem().code);
    }
    expect(codes).toContain("request.too_many");
  });
});
