import { describe, expect, it } from "vitest";
import { moveClock } from "../../../test-support/move-clock.ts";
import { password, startTestServer } from "../../../test-support/test-server.ts";

const person = { username: "ana", displayName: "Ana", password };

describe("the first start", () => {
  it("threat 175: makes one administrator with the code of this start, and the door is gone", async () => {
    await using server = await startTestServer();
    const code = server.setupCode ?? "";
    expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{5}(-[0-9A-HJKMNP-TV-Z]{5}){3}$/);
    const wrong = await server
      .nobody()
      .call("createFirstAdministrator", { body: { ...person, code: "00000-00000-00000-00000" } });
    expect(wrong.problem()).toMatchObject({ code: "session.code_wrong", problems: [{ pointer: "/code" }] });
    expect((await server.nobody().ok("getBootstrap")).state).toBe("needs_administrator");

    const ana = server.nobody();
    // Typed as people type: lower case, without dashes.
    const typed = code.toLowerCase().replaceAll("-", "");
    const made = await ana.call("createFirstAdministrator", { body: { ...person, code: typed } });
    expect(made.status).toBe(201);
    expect(made.headers["set-cookie"]?.[0]).toMatch(
      /^__Host-sid=[^;]+; Path=\/; Secure; HttpOnly; SameSite=Strict; Max-Age=43200$/,
    );
    expect((await ana.ok("getAccount")).role).toBe("administrator");

    const again = await server
      .nobody()
      .call("createFirstAdministrator", { body: { ...person, username: "eve", code } });
    expect(again.status).toBe(404);
    expect((await server.nobody().ok("getBootstrap")).state).toBe("ready");
  });

  it("threat 175: lets one of many that race with the code win", async () => {
    await using server = await startTestServer();
    const code = server.setupCode ?? "";
    const answers = await Promise.all(
      ["ana", "eve", "mallory", "trent"].map((username) =>
        server.nobody().call("createFirstAdministrator", { body: { ...person, username, code } }),
      ),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    const ana = answers.find(({ status }) => status === 201);
    expect(ana?.json()).toMatchObject({ role: "administrator" });
  });

  it("threat 175: ends the code of an earlier start, and prints none once somebody administers", async () => {
    await using first = await startTestServer();
    const old = first.setupCode ?? "";
    await using second = await first.restart();
    expect(second.setupCode).not.toBe(old);
    const stale = await second.nobody().call("createFirstAdministrator", { body: { ...person, code: old } });
    expect(stale.problem().code).toBe("session.code_wrong");
    await second.as("administrator");
    await using third = await second.restart();
    expect(third.setupCode).toBeUndefined();
    expect((await (await third.signIn("ana")).ok("getAccount")).username).toBe("ana");
  });

  it("threat 175: slows down who guesses the code", async () => {
    await using server = await startTestServer();
    const guess = () =>
      server.nobody().call("createFirstAdministrator", { body: { ...person, code: "11111-11111-11111-11111" } });
    const codes = [];
    using _clock = moveClock(0);
    for (let at = 0; at < 21; at++) codes.push((await guess()).problem().code);
    expect(codes.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => "session.code_wrong"));
    expect(codes.at(-1)).toBe("request.too_many");
  });
});
