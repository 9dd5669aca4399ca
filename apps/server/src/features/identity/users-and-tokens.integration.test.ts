import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { moveClock } from "../../../test-support/move-clock.ts";
import type { TestClient } from "../../../test-support/test-client.ts";
import { password, startTestServer, type TestServer } from "../../../test-support/test-server.ts";

describe("people and programs", () => {
  let server: TestServer;
  let administrator: TestClient;
  beforeAll(async () => {
    server = await startTestServer();
    administrator = await server.as("administrator");
  });
  afterAll(() => server.close());

  const invite = (username: string) =>
    administrator.ok("inviteUser", { body: { username, displayName: username, role: "viewer" } });

  it("threat 179: never leaves Hilum without an administrator", async () => {
    const own = (await administrator.ok("getAccount")).id;
    for (const body of [{ role: "viewer" as const }, { disabled: true }]) {
      const refused = await administrator.call("changeUser", { params: { user: own }, body });
      expect(refused.problem().code).toBe("user.last_administrator");
    }
    // Somebody who is invited and never came does not count.
    const { user } = await administrator.ok("inviteUser", {
      body: { username: "cleo", displayName: "Cleo", role: "administrator" },
    });
    const refused = await administrator.call("changeUser", { params: { user: own }, body: { disabled: true } });
    expect(refused.problem().code).toBe("user.last_administrator");
    expect(user.state).toBe("invited");
    expect((await administrator.ok("getAccount")).role).toBe("administrator");
  });

  it("threat 179: keeps one of two administrators who demote each other at the same moment", async () => {
    const { user, code } = await administrator.ok("inviteUser", {
      body: { username: "dora", displayName: "Dora", role: "administrator" },
    });
    const dora = server.nobody();
    await dora.ok("acceptInvitation", { body: { code, password } });
    const own = (await administrator.ok("getAccount")).id;
    const answers = await Promise.all([
      administrator.call("changeUser", { params: { user: user.id }, body: { role: "viewer" } }),
      dora.call("changeUser", { params: { user: own }, body: { role: "viewer" } }),
    ]);
    expect(answers.some(({ status }) => status === 200)).toBe(true);
    const survivor = answers[0]?.status === 200 ? administrator : dora;
    const { items } = await survivor.ok("listUsers");
    expect(items.filter(({ role, state }) => role === "administrator" && state === "active")).toHaveLength(1);
    if (survivor === dora) {
      await dora.ok("changeUser", { params: { user: own }, body: { role: "administrator" } });
      administrator = await server.signIn("ana");
      await administrator.ok("changeUser", { params: { user: user.id }, body: { role: "viewer" } });
    }
  });

  it("invites once: the link is used up by the first, ends after 72 hours, and a newer one ends the older", async () => {
    const { code, path } = await invite("emil");
    // After the `#`: no server, proxy or Referer ever sees it.
    expect(path).toBe(`/admin/ui/invitation#${code}`);
    const answers = await Promise.all(
      [1, 2, 3].map(() => server.nobody().call("acceptInvitation", { body: { code, password } })),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 401, 401]);

    const { user, code: older } = await invite("fay");
    const { code: newer } = await administrator.ok("resetUser", { params: { user: user.id } });
    expect((await server.nobody().call("acceptInvitation", { body: { code: older, password } })).status).toBe(401);
    {
      using _clock = moveClock(73 * 3_600_000);
      expect((await server.nobody().call("acceptInvitation", { body: { code: newer, password } })).status).toBe(401);
    }
    expect(
      (await server.nobody().call("acceptInvitation", { body: { code: newer, password: "too short" } })).problem(),
    ).toMatchObject({
      code: "request.invalid",
      problems: [{ pointer: "/password" }],
    });
    expect((await server.nobody().call("acceptInvitation", { body: { code: newer, password } })).status).toBe(200);
  });

  it("refuses a user name that is taken", async () => {
    const refused = await administrator.call("inviteUser", {
      body: { username: "ana", displayName: "Another Ana", role: "viewer" },
    });
    expect(refused.problem().code).toBe("user.name_taken");
  });

  it("threat 76: refuses a revoked token in the same second", async () => {
    const { token, value } = await administrator.ok("createApiToken", {
      body: { name: "Lab system", role: "operator", days: 30 },
    });
    const headers = { authorization: `Bearer ${value}` };
    const program = server.nobody();
    expect((await program.call("listPlugins", { headers })).status).toBe(200);
    await administrator.ok("revokeApiToken", { params: { token: token.id } });
    expect((await program.call("listPlugins", { headers })).problem().code).toBe("request.unauthenticated");
    expect((await administrator.call("revokeApiToken", { params: { token: token.id } })).status).toBe(404);
  });

  it("threat 72: refuses a token in the second after it expired", async () => {
    const { token, value } = await administrator.ok("createApiToken", {
      body: { name: "Short", role: "viewer", days: 1 },
    });
    const headers = { authorization: `Bearer ${value}` };
    const untilMs = Date.parse(token.expiresAt) - Date.now();
    {
      using _clock = moveClock(untilMs - 5_000);
      expect((await server.nobody().call("listPlugins", { headers })).status).toBe(200);
    }
    using _clock = moveClock(untilMs + 1_000);
    expect((await server.nobody().call("listPlugins", { headers })).status).toBe(401);
  });

  it("threat 77: takes no token from the address", async () => {
    const { value } = await administrator.ok("createApiToken", {
      body: { name: "Careless", role: "administrator", days: 1 },
    });
    for (const name of ["token", "access_token", "authorization", "api_key"]) {
      const answer = await server.nobody().send("GET", `/api/v1/plugins?${name}=${value}`);
      expect(answer.status, name).toBe(401);
      expect(answer.text).not.toContain(value);
    }
    expect(server.log.join("\n")).not.toContain(value);
  });

  it("threat 74: takes each credential at its own door alone", async () => {
    const { value } = await administrator.ok("createApiToken", {
      body: { name: "Program", role: "administrator", days: 1 },
    });
    const session = administrator.cookie.replace("__Host-sid=", "");
    const asBearer = await server.nobody().call("listPlugins", { headers: { authorization: `Bearer ${session}` } });
    expect(asBearer.status).toBe(401);
    const asCookie = server.nobody();
    asCookie.cookie = `__Host-sid=${value}`;
    expect((await asCookie.call("listPlugins")).status).toBe(401);
    // Neither opens the address of remote plugins.
    expect((await administrator.call("connectRemotePlugin")).status).toBe(403);
    expect(
      (await server.nobody().call("connectRemotePlugin", { headers: { authorization: `Bearer ${value}` } })).status,
    ).toBe(403);
    for (const authorization of [
      "Basic YW5hOng=",
      `Token ${value}`,
      `Bearer ${value} ${value}`,
      "Bearer",
      `bearer ${value}`,
    ]) {
      const answer = await server.nobody().call("listPlugins", { headers: { authorization } });
      expect(answer.status, authorization).toBe(401);
    }
  });

  it("threat 79: keeps digests alone of tokens, sessions and links", async () => {
    const { value } = await administrator.ok("createApiToken", { body: { name: "Kept", role: "viewer", days: 1 } });
    const { code } = await invite("gus");
    const secrets = [value, code, administrator.cookie.replace("__Host-sid=", ""), password];
    for (const name of readdirSync(server.dataDir, { recursive: true, withFileTypes: true })) {
      if (!name.isFile()) continue;
      const bytes = readFileSync(join(name.parentPath, name.name));
      for (const secret of secrets) expect(bytes.includes(secret), `${name.name} holds a secret`).toBe(false);
    }
  });

  it("threat 155: gives nobody a role, a state or an id that they sent along", async () => {
    const viewer = await server.as("viewer");
    const before = await viewer.ok("getAccount");
    const preferences = { ...before.preferences, role: "administrator" };
    expect((await viewer.send("PUT", "/api/v1/account/preferences", { body: preferences })).problem()).toMatchObject({
      code: "request.invalid",
      problems: [{ pointer: "/role" }],
    });
    const invitation = {
      username: "hal",
      displayName: "Hal",
      role: "viewer",
      state: "active",
      passwordHash: "x",
      id: "1",
    };
    expect((await administrator.send("POST", "/api/v1/users", { body: invitation })).status).toBe(422);
    const token = { name: "x", role: "viewer", days: 1, prefix: "hilum_root", createdBy: "user:ana" };
    expect((await administrator.send("POST", "/api/v1/tokens", { body: token })).status).toBe(422);
    for (const role of ["root", "Administrator", "", null, ["administrator"]])
      expect(
        (await administrator.send("POST", "/api/v1/users", { body: { username: "hal", displayName: "Hal", role } }))
          .status,
      ).toBe(422);
    expect(await viewer.ok("getAccount")).toMatchObject({ role: "viewer", id: before.id });
  });
});
