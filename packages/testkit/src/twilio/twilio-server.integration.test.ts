import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { trimTwilioApi } from "../../generate/twilio-api.ts";
import { requires } from "../run/requirement.ts";
import { askTwilio, type TwilioReply } from "./ask-twilio.ts";
import { signTwilio } from "./twilio-callback.ts";
import { startTwilioServer, type TwilioServer } from "./twilio-server.ts";

const open: TwilioServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.stop();
});
async function start(options?: Parameters<typeof startTwilioServer>[0]): Promise<TwilioServer> {
  const server = await startTwilioServer(options);
  open.push(server);
  return server;
}

type Answer = TwilioReply & { json(): Record<string, unknown> };

async function ask(
  server: TwilioServer,
  path: string,
  { form, user, password }: { form?: Record<string, string>; user?: string; password?: string } = {},
): Promise<Answer> {
  const reply = await askTwilio(server, {
    method: form === undefined ? "GET" : "POST",
    path: `/2010-04-01/Accounts/${server.account.sid}${path}`,
    user: user ?? server.account.sid,
    password: password ?? server.account.authToken,
    ...(form === undefined
      ? {}
      : {
          body: new URLSearchParams(form).toString(),
          headers: { "content-type": "application/x-www-form-urlencoded" },
        }),
  });
  return { ...reply, json: () => JSON.parse(reply.body) as Record<string, unknown> };
}
const message = { To: "+15005550100", From: "+15005550006", Body: "Tomorrow at nine." };

describe.skipIf(!requires("test-data").available)("the trimmed document", () => {
  it("is what the generator makes of Twilio's own, with its licence", () => {
    const folder = join(requires("test-data").path ?? "", "vendor-openapi");
    const read = (url: URL | string) => readFileSync(url, "utf8");
    expect(read(new URL("./twilio-api.gen.json", import.meta.url))).toBe(
      trimTwilioApi(read(join(folder, "twilio_api_v2010.json"))),
    );
    expect(read(new URL("./LICENSE.twilio", import.meta.url))).toBe(read(join(folder, "LICENSE.twilio")));
  });
});

describe("the Twilio server", () => {
  it("answers as the document describes: account, balance, numbers, a message and the list of messages", async () => {
    const server = await start();
    expect((await ask(server, ".json")).json()).toMatchObject({ status: "active", type: "Full" });
    expect((await ask(server, "/Balance.json")).json()).toMatchObject({ balance: "42.17" });
    const { incoming_phone_numbers: numbers } = (await ask(server, "/IncomingPhoneNumbers.json?PageSize=2")).json();
    expect(numbers).toMatchObject([{ phone_number: "+15005550006", capabilities: { sms: true } }, {}]);
    const made = await ask(server, "/Messages.json", { form: message });
    expect([made.status, made.json()["status"]]).toEqual([201, "queued"]);
    expect((await ask(server, `/Messages/${String(made.json()["sid"])}.json`)).json()).toMatchObject({
      to: message.To,
    });
    expect((await ask(server, "/Messages.json?From=%2B15005550006")).json()["messages"]).toHaveLength(1);
    expect(server.requests().map(({ operation }) => operation)).toHaveLength(6);
  });

  it("finds what is not as the document says, and does not end well with it", async () => {
    const server = await start();
    expect((await ask(server, "/Messages.json", { form: { ...message, Colour: "blue" } })).status).toBe(400);
    expect((await ask(server, "/Messages.json", { form: { Body: "x" } })).status).toBe(400);
    expect((await ask(server, "/Balance.json?Limit=1")).status).toBe(400);
    expect((await ask(server, "/Elsewhere.json")).status).toBe(404);
    await expect(server.stop()).rejects.toThrow(/form.*additional.*Colour[^]*'To'[^]*Limit[^]*Elsewhere/);
    expect(server.takeViolations()).toHaveLength(4);
  });

  it("refuses with Twilio's own codes", async () => {
    const server = await start({
      account: { optedOut: ["+15005550101"], unknown: ["+15005550102"], verifiedNumbers: [message.To, "+15005550101"] },
    });
    const code = async (change: Record<string, string>, credentials = {}) =>
      (await ask(server, "/Messages.json", { form: { ...message, ...change }, ...credentials })).json()["code"];
    expect(await code({}, { password: "wrong" })).toBe(20003);
    server.account.keys[0] = { sid: "SK00000000000000000000000000000001", secret: "s", messages: false };
    expect(await code({}, { user: "SK00000000000000000000000000000001", password: "s" })).toBe(20403);
    expect(await code({ From: "+15005550008" })).toBe(21606);
    expect(await code({ To: "+15005550102" })).toBe(21211);
    expect(await code({ To: "+15005550103" })).toBe(21608);
    expect(await code({ To: "+15005550101" })).toBe(21610);
    expect(await code({ Body: "x".repeat(1601) })).toBe(21617);
    expect(await code({ MessagingServiceSid: "MG00000000000000000000000000000000" })).toBe(21705);
    expect(server.messages()).toEqual([]);
  });

  it("misbehaves as it is told", async () => {
    const server = await start();
    const send = () => ask(server, "/Messages.json", { form: message });
    server.behave({ kind: "html", status: 200 });
    expect((await send()).body).toContain("<html>");
    server.behave({ kind: "error_inside", status: 200 });
    expect((await send()).json()).toMatchObject({ code: 20500 });
    server.behave({ kind: "redirect", location: "http://169.254.169.254/latest/meta-data/" });
    expect((await send()).status).toBe(302);
    server.behave({ kind: "refuse", error: "tooManyRequests" }, "CreateMessage");
    expect((await send()).status).toBe(429);
    expect((await ask(server, "/Balance.json")).status).toBe(200);
    server.behave({ kind: "drop", when: "before" });
    await expect(send()).rejects.toThrow("did not answer: lost");
    expect(server.messages()).toEqual([]);
    server.behave({ kind: "drop", when: "after" });
    await expect(send()).rejects.toThrow("did not answer: lost");
    expect(server.messages()).toHaveLength(1);
    server.behave({ kind: "failed_inside", errorCode: 30007 });
    expect((await send()).json()).toMatchObject({ status: "failed", error_code: 30007 });
    server.behave({ kind: "slow", delayMs: 150 });
    const startedAt = performance.now();
    expect((await send()).status).toBe(201);
    expect(performance.now() - startedAt).toBeGreaterThan(140);
  });

  it("has a certificate that has ended until it is renewed, of the same authority", async () => {
    const server = await start({ expired: true });
    await expect(ask(server, "/Balance.json")).rejects.toThrow("certificate");
    await server.renewCertificate();
    expect((await ask(server, "/Balance.json")).status).toBe(200);
  });

  it("signs receipts as Twilio documents it", () => {
    const fields = {
      CallSid: "CA1234567890ABCDE",
      Caller: "+12349013030",
      Digits: "1234",
      From: "+12349013030",
      To: "+18005551212",
    };
    expect(signTwilio("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", fields)).toBe(
      "0/KCTR6DLpKmkAf8muzZqo1nDgQ=",
    );
  });
});
