import { requires, sender, type SenderProvider } from "@hilum/testkit";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { clientSecret, openSenderWorld, type SenderWorld } from "../../../../../test-support/sender-world.ts";
import type { TestClient } from "../../../../../test-support/test-client.ts";

describe.skipIf(!requires("bubblewrap").available)("a sign-in at a provider", () => {
  let world: SenderWorld;
  let operator: TestClient;
  let provider: SenderProvider;

  beforeAll(async () => {
    world = await openSenderWorld({ accessTokenSeconds: 61 });
    ({ operator, provider } = world);
  });
  afterAll(() => world?.close());
  beforeEach(async () => {
    await operator.ok("restartSetup", { params: sender });
  });

  const step = (id: string) => ({ params: { ...sender, step: id } });
  const answer = (id: string, values: object = {}, secrets?: object) =>
    operator.ok("answerSetupStep", {
      ...step(id),
      body: { values: { ...values }, ...(secrets === undefined ? {} : { secrets: { ...secrets } }) },
    });
  const client = (secret = clientSecret) => answer("client", { clientId: "clinic" }, { clientSecret: secret });
  const read = () => operator.ok("getSetup", { params: sender });
  const signInState = async () => (await read()).signIns["sign-in"];

  async function finishSetup(): Promise<void> {
    await answer("sender", { sender: "+15550001111" });
    await answer("try");
    await operator.ok("finishSetup", { params: sender });
  }

  it("brings tokens by PKCE and a state, leaves no code in the address, and goes on with the setup", async () => {
    await client();
    expect(await signInState()).toMatchObject({ state: "none", host: "localhost" });
    // A mend that names the tokens leads to the sign-in.
    expect((await read()).steps[1]?.fields).toEqual(["tokens"]);
    const { address, cookie } = await world.begin();
    const asked = new URL(address).searchParams;
    expect(Object.fromEntries(asked)).toMatchObject({
      response_type: "code",
      client_id: "clinic",
      redirect_uri: `${world.server.origin}/oauth/callback`,
      scope: "openid offline_access send",
      code_challenge_method: "S256",
      prompt: "consent",
    });
    expect([asked.get("state"), asked.get("code_challenge")].every((value) => /^[\w-]{43}$/.test(value ?? ""))).toBe(
      true,
    );
    expect(cookie).toMatch(/^__Host-oauth=[\w-]{43}$/);
    expect(await signInState()).toMatchObject({ state: "waiting" });
    const arrived = await world.arrive(await world.browse().signIn(address), cookie);
    expect(arrived.status).toBe(303);
    expect(arrived.headers["location"]).toBe(`/admin/ui/plugins/${sender.plugin}/setup?step=sign-in`);
    const session = await read();
    expect(session).toMatchObject({
      current: "sender",
      signIns: { "sign-in": { state: "granted", grantedBy: "user:ana" } },
    });
    expect(session.steps[1]).toMatchObject({ state: "done", answeredBy: "user:ana" });
    expect(session.secretsSet).toContain("tokens");
    expect(provider.exchanges.at(-1)).toEqual({ grantType: "authorization_code", status: 200 });
  });

  it("lists what the account has, tries it, and never shows a token or hands one to the plugin", async () => {
    await client();
    await world.signIn();
    const listed = await operator.ok("discoverSetupOptions", {
      ...step("sender"),
      body: { field: "sender", values: {} },
    });
    expect(listed.discovered["sender"]?.options.map(({ value }) => value)).toEqual(["+15550001111", "+15550002222"]);
    const wrong = await answer("sender", { sender: "+15550002222" });
    expect(wrong.current).toBe("sender");
    expect(wrong.checks["sender"]?.rows.at(-1)).toMatchObject({
      status: "failed",
      cause: "sender_not_verified",
      field: "/sender",
      reply: "sender [phone] is not verified",
    });
    expect((await answer("sender", { sender: "+15550001111" })).current).toBe("try");
    const tried = await answer("try");
    expect(tried.checks["try"]?.rows.map(({ id, status }) => [id.split(":")[0], status])).toEqual([
      ["dns", "passed"],
      ["tls", "passed"],
      ["account", "passed"],
      ["dry-run", "passed"],
    ]);
    await operator.ok("finishSetup", { params: sender });
    const { rows } = await operator.ok("testSettings", {
      params: sender,
      body: { values: { clientId: "clinic", sender: "+15550001111" } },
    });
    expect(rows[0]?.title).toBe("Holds clientSecret,tokens and sees clientId,sender");
    expect(JSON.stringify([tried, await operator.ok("getSettings", { params: sender })])).not.toMatch(
      /accessToken|canary/,
    );
    expect(provider.taken).toEqual([]);
  });

  it("threat 170: takes an answer once, from the browser that began it, with its own state", async () => {
    await client();
    const { address, cookie } = await world.begin();
    const back = await world.browse().signIn(address);
    const unknown = new URL(back);
    unknown.searchParams.set("state", "A".repeat(43));
    for (const [what, arrived] of [
      ["another state", await world.arrive(unknown.href, cookie)],
      ["no state", await world.arrive(`${world.server.origin}/oauth/callback?code=x`, cookie)],
    ] as const)
      expect([what, arrived.status, arrived.problem().code]).toEqual([what, 403, "oauth.state_unknown"]);
    expect((await world.arrive(back, `__Host-oauth=${"B".repeat(43)}`)).status).toBe(403);
    expect((await world.arrive(back, cookie)).status).toBe(403);
    expect(await signInState()).toMatchObject({ state: "none" });
    // A whole new one works, and its address is of no use a second time.
    const again = await world.begin();
    const good = await world.browse().signIn(again.address);
    expect((await world.arrive(good, again.cookie)).status).toBe(303);
    expect((await world.arrive(good, again.cookie)).status).toBe(403);
    expect(await signInState()).toMatchObject({ state: "granted" });
  });

  it("threat 171: leads back to the setup and nowhere else, whatever the provider adds to its answer", async () => {
    await client();
    for (const more of [{ next: "//evil.example" }, { redirect: "https://evil.example" }, { session_state: "a.b" }]) {
      const { address, cookie } = await world.begin();
      const back = new URL(await world.browse().signIn(address));
      for (const [name, value] of Object.entries(more)) back.searchParams.set(name, value);
      const arrived = await world.arrive(back.href, cookie);
      expect([arrived.status, arrived.headers["location"]]).toEqual([
        303,
        `/admin/ui/plugins/${sender.plugin}/setup?step=sign-in`,
      ]);
      expect(await signInState()).toMatchObject({ state: "granted" });
    }
  });

  it("threat 170: refuses an answer that names another issuer, or none where one is declared", async () => {
    await client();
    for (const change of [
      (url: URL) => url.searchParams.set("iss", "https://evil.example"),
      (url: URL) => url.searchParams.delete("iss"),
    ]) {
      const { address, cookie } = await world.begin();
      const back = new URL(await world.browse().signIn(address));
      change(back);
      const before = provider.exchanges.length;
      expect((await world.arrive(back.href, cookie)).status).toBe(303);
      expect(await signInState()).toMatchObject({
        state: "refused",
        problem: { detail: expect.stringContaining("another server") },
      });
      expect(provider.exchanges).toHaveLength(before);
    }
  });

  it("threat 170: a code that was used already brings nothing, and is told as such", async () => {
    await client();
    const first = await world.begin();
    const back = new URL(await world.browse().signIn(first.address));
    await world.arrive(back.href, first.cookie);
    const second = await world.begin();
    const other = new URL(await world.browse().signIn(second.address));
    other.searchParams.set("code", back.searchParams.get("code") ?? "");
    await world.arrive(other.href, second.cookie);
    expect((await signInState())?.problem).toMatchObject({
      cause: "wrong_credential",
      reply: expect.stringMatching(/^invalid_grant/),
    });
  });

  it("tells a refusal of the person at the provider, with its words and the next step", async () => {
    await client();
    expect((await world.signIn({ refuse: true })).status).toBe(303);
    expect(await signInState()).toMatchObject({
      state: "refused",
      problem: {
        status: "failed",
        cause: "wrong_credential",
        reply: "access_denied: The account holder said no",
        fix: expect.stringContaining("Open the provider again"),
      },
    });
  });

  it("tells a wrong client secret and where it is mended, without repeating it", async () => {
    await client("wrong-secret-canary");
    await world.signIn();
    const state = await signInState();
    expect(state?.problem).toMatchObject({
      cause: "wrong_credential",
      field: "/clientSecret",
      reply: expect.stringContaining("invalid_client"),
    });
    expect(JSON.stringify(await read())).not.toContain("canary");
  });

  it("tells a token endpoint that answers HTML, answers 200 with an error, drops the line or redirects", async () => {
    await client();
    const cases: [string, SenderProvider["tamper"][number], object][] = [
      [
        "HTML",
        (response) => void response.writeHead(200, { "content-type": "text/html" }).end("<h1>Welcome</h1>"),
        { cause: "other" },
      ],
      [
        "200 with an error",
        (response) =>
          void response
            .writeHead(200, { "content-type": "application/json" })
            .end('{"error":"invalid_client","error_description":"no such client"}'),
        { cause: "wrong_credential", reply: "invalid_client: no such client" },
      ],
      ["a dropped line", (response) => void response.destroy(), { cause: "network" }],
      [
        "a redirect to a metadata service",
        (response) => void response.writeHead(302, { location: "http://169.254.169.254/latest/meta-data/" }).end(),
        { detail: expect.stringContaining("redirects") },
      ],
    ];
    for (const [what, tamper, problem] of cases) {
      provider.tamper.push(tamper);
      const { address, cookie } = await world.begin();
      await world.arrive(await world.browse().signIn(address), cookie);
      const state = await signInState();
      expect([what, state?.state], what).toEqual([what, "refused"]);
      expect(state?.problem, what).toMatchObject({ status: "failed", fix: expect.any(String), ...problem });
    }
  });

  it("can be ended by hand where the provider could not send the browser back, by somebody who is signed in", async () => {
    await client();
    const { address } = await world.begin();
    const back = await world.browse().signIn(address);
    const viewer = await world.server.as("viewer");
    const entered = { ...step("sign-in"), body: { address: back } };
    expect((await viewer.call("enterSetupOAuth", entered)).status).toBe(403);
    expect((await operator.ok("enterSetupOAuth", entered)).signIns["sign-in"]).toMatchObject({ state: "granted" });
    expect((await operator.call("enterSetupOAuth", entered)).problem().code).toBe("oauth.state_unknown");
  });

  it("is forgotten when the account changes that it was made with", async () => {
    await client();
    await world.signIn();
    expect(await signInState()).toMatchObject({ state: "granted" });
    const changed = await answer("client", { clientId: "another" });
    expect(changed.signIns["sign-in"]).toMatchObject({ state: "none" });
    expect(changed.steps[1]?.state).not.toBe("done");
    expect((await operator.call("answerSetupStep", { ...step("sign-in"), body: { values: {} } })).problem().code).toBe(
      "oauth.not_signed_in",
    );
  });

  it("is renewed before it ends; one that the provider no longer accepts becomes a Repair that leads to a new one", async () => {
    await client();
    await world.signIn();
    await finishSetup();
    // From here: on a slow machine the renewal falls due while the plugin is enabled.
    const before = provider.exchanges.length;
    const { rows: scopes } = await operator.ok("getAccess", { params: sender });
    await operator.ok("decideAccess", {
      params: sender,
      body: { decisions: scopes.map(({ scope }) => ({ scope, decision: "granted" as const })) },
    });
    const enabled = await operator.ok("enableInstance", { params: sender, body: {} });
    expect(enabled.gate.rows.filter(({ status }) => status === "failed")).toEqual([]);
    // The token of 61 seconds ends within the minute for which it is renewed ahead.
    await new Promise((resolve) => setTimeout(resolve, 1200));
    const runs = await Promise.all([1, 2].map(() => operator.ok("checkPluginHealth", { params: sender })));
    expect(runs.map(({ state }) => state)).toEqual(["healthy", "healthy"]);
    expect(provider.exchanges.slice(before)).toContainEqual({ grantType: "refresh_token", status: 200 });
    expect((await operator.ok("listRepairs")).open.filter(({ plugin }) => plugin === sender.plugin)).toEqual([]);

    provider.tamper.push((response) =>
      response
        .writeHead(400, { "content-type": "application/json" })
        .end('{"error":"invalid_grant","error_description":"refresh token revoked"}'),
    );
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect((await operator.ok("checkPluginHealth", { params: sender })).state).toBe("failing");
    // What was refused is not asked for at every call.
    const asked = provider.exchanges.length;
    expect((await operator.ok("checkPluginHealth", { params: sender })).state).toBe("failing");
    expect(provider.exchanges).toHaveLength(asked);
    const [repair] = (await operator.ok("listRepairs")).open.filter(({ plugin }) => plugin === sender.plugin);
    expect(repair).toMatchObject({
      severity: "error",
      title: "Example sender: the provider no longer accepts the sign-in",
      why: expect.stringContaining("invalid_grant: refresh token revoked"),
      mend: "reauthenticate",
      cause: "wrong_credential",
    });

    const session = await operator.ok("beginSetup", { params: sender, body: { mode: "reauthenticate" } });
    expect(session).toMatchObject({
      mode: "reauthenticate",
      values: { clientId: "clinic" },
      secretsSet: ["clientSecret", "tokens"],
    });
    expect(session.steps.map(({ id }) => id)).toEqual(["client", "sign-in", "try", "summary"]);
    await answer("client");
    expect((await operator.call("answerSetupStep", { ...step("sign-in"), body: { values: {} } })).problem().code).toBe(
      "oauth.not_signed_in",
    );
    await world.signIn();
    expect((await answer("try")).current).toBe("summary");
    await operator.ok("finishSetup", { params: sender });
    expect((await operator.ok("checkPluginHealth", { params: sender })).state).toBe("healthy");
    expect((await operator.ok("listRepairs")).open.filter(({ plugin }) => plugin === sender.plugin)).toEqual([]);
    await operator.ok("disableInstance", { params: sender, body: {} });
  });
});
