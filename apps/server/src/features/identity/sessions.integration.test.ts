import { get } from "node:https";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { turnOnSecondFactor } from "../../../test-support/one-time-code.ts";
import type { TestClient } from "../../../test-support/test-client.ts";
import { password, startTestServer, type TestServer } from "../../../test-support/test-server.ts";

describe("the end of sessions", () => {
  let server: TestServer;
  let administrator: TestClient;
  /** Two sessions of one person. */
  let here: TestClient;
  let elsewhere: TestClient;
  let user: string;

  beforeAll(async () => {
    server = await startTestServer();
    administrator = await server.as("administrator");
    await server.as("operator");
    user = (await administrator.ok("listUsers")).items.find(({ username }) => username === "operator")?.id ?? "";
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    [here, elsewhere] = [await server.signIn("operator"), await server.signIn("operator")];
  });

  const isOpen = async (client: TestClient): Promise<boolean> => (await client.call("getAccount")).status === 200;
  const holding = async (client: TestClient, cookie: string): Promise<boolean> => {
    client.cookie = cookie;
    return await isOpen(client);
  };

  it("threat 167: signing out ends the session on the server and tells the browser to forget", async () => {
    const { cookie } = here;
    const answer = await here.call("signOut");
    expect(answer.status).toBe(204);
    expect(answer.headers["set-cookie"]?.[0]).toContain("__Host-sid=; Path=/");
    expect(answer.headers["clear-site-data"]).toContain('"cache"');
    expect(await holding(here, cookie)).toBe(false);
    expect(await isOpen(elsewhere)).toBe(true);
  });

  it("threat 167: a changed password ends all other sessions", async () => {
    const next = "another long password";
    const wrong = await here.call("changePassword", { body: { current: "not the password", next } });
    expect(wrong.problem()).toMatchObject({ code: "session.bad_credentials", problems: [{ pointer: "/current" }] });
    expect(await isOpen(elsewhere)).toBe(true);
    await here.ok("changePassword", { body: { current: password, next } });
    expect(await isOpen(here)).toBe(true);
    expect(await isOpen(elsewhere)).toBe(false);
    await here.ok("changePassword", { body: { current: next, next: password } });
  });

  it("threat 167: a second factor that is turned on or off ends all other sessions", async () => {
    await turnOnSecondFactor(here);
    expect(await isOpen(here)).toBe(true);
    expect(await isOpen(elsewhere)).toBe(false);
    await here.ok("removeSecondFactor");
    expect((await here.ok("getAccount")).secondFactor).toBe(false);
  });

  it("threat 165, 167: another role ends every session at once", async () => {
    await administrator.ok("changeUser", { params: { user }, body: { role: "viewer" } });
    expect([await isOpen(here), await isOpen(elsewhere)]).toEqual([false, false]);
    await administrator.ok("changeUser", { params: { user }, body: { role: "operator" } });
  });

  it("threat 167: a disabled person is out at once and cannot come back", async () => {
    await administrator.ok("changeUser", { params: { user }, body: { disabled: true } });
    expect([await isOpen(here), await isOpen(elsewhere)]).toEqual([false, false]);
    expect((await server.nobody().call("signIn", { body: { username: "operator", password } })).status).toBe(401);
    await administrator.ok("changeUser", { params: { user }, body: { disabled: false } });
    expect((await server.nobody().call("signIn", { body: { username: "operator", password } })).status).toBe(200);
  });

  it("threat 167: a reset ends sessions, second factor and the old password; the link opens once", async () => {
    const { code } = await administrator.ok("resetUser", { params: { user } });
    expect([await isOpen(here), await isOpen(elsewhere)]).toEqual([false, false]);
    expect((await server.nobody().call("signIn", { body: { username: "operator", password } })).status).toBe(401);
    await server.nobody().ok("acceptInvitation", { body: { code, password } });
    expect((await server.nobody().call("acceptInvitation", { body: { code, password } })).problem().code).toBe(
      "session.code_wrong",
    );
    await server.signIn("operator");
  });

  it("ends one of the own sessions, all of a person's, and never one of somebody else", async () => {
    const { items } = await here.ok("listSessions");
    const foreign = (await administrator.ok("getAccount")).session.id;
    expect(items.some(({ id }) => id === foreign)).toBe(false);
    expect((await here.call("endSession", { params: { session: foreign } })).status).toBe(404);
    expect(await isOpen(administrator)).toBe(true);
    const other = (await elsewhere.ok("getAccount")).session.id;
    await here.ok("endSession", { params: { session: other } });
    expect([await isOpen(here), await isOpen(elsewhere)]).toEqual([true, false]);
    await administrator.ok("endUserSessions", { params: { user } });
    expect(await isOpen(here)).toBe(false);
  });

  it("threat 174: closes an open event stream within five seconds of the session's end", async () => {
    await administrator.ok("addIncludedPlugin", { params: { plugin: "org.hilum.practice-mailbox" } });
    const closedAfterMs = await new Promise<number>((resolve, reject) => {
      const headers = {
        cookie: here.cookie,
        origin: server.origin,
        "sec-fetch-site": "same-origin",
        "x-hilum-console": "1",
      };
      const url = `${server.origin}/api/v1/plugins/org.hilum.practice-mailbox/logs/stream`;
      const sent = get(url, { ca: server.ca, headers, agent: false }, (stream) => {
        expect(stream.headers["content-type"]).toContain("text/event-stream");
        let endedAt = 0;
        stream.once("data", () => {
          endedAt = performance.now();
          void administrator.ok("endUserSessions", { params: { user } });
        });
        stream.once("end", () => resolve(performance.now() - endedAt));
      });
      sent.once("error", reject);
    });
    expect(closedAfterMs).toBeLessThan(6_000);
  });
});
