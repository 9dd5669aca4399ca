import type { SetupSession } from "@hilum/contract/api";
import { requires, signTwilio, twilioSid, type TwilioServer } from "@hilum/testkit";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { mailbox, turnOnPractice, waitForState, waitUntil } from "../../../test-support/practice.ts";
import { story } from "../../../test-support/several-providers.ts";
import type { TestClient } from "../../../test-support/test-client.ts";
import { startTestServer, type TestServer } from "../../../test-support/test-server.ts";
import { accountOf, someText, startTwilio, turnOnTwilio, twilioPlugin } from "../../../test-support/twilio.ts";

const sandbox = requires("bubblewrap");
const first = { ...twilioPlugin, instance: "default" };
const backup = { ...mailbox, instance: "default" };

describe.skipIf(!sandbox.available)("text messages through Twilio", () => {
  let server: TestServer;
  let operator: TestClient;
  let twilio: TwilioServer;
  beforeAll(async () => {
    server = await startTestServer();
    operator = await server.as("administrator");
    twilio = await startTwilio(server, operator);
    await turnOnPractice(operator);
    await turnOnTwilio(operator, twilio);
  });
  afterAll(async () => {
    await server?.close();
    await twilio?.stop();
  });
  beforeEach(async () => {
    twilio.behave(undefined);
    twilio.report(["sent", "delivered"]);
    Object.assign(twilio.account, { optedOut: [], unknown: [], verifiedNumbers: undefined });
    await operator.ok("setRoute", { params: { channel: "sms" }, body: { to: [first] } });
    // A new start closes the circuit that the failures before have opened.
    await operator.ok("restartInstance", { params: twilioPlugin });
  });

  let serial = 0;
  /** No two say the same: what says the same a moment before may be taken for one whose answer is lost. */
  const send = async (): Promise<string> =>
    (await operator.ok("sendMessage", { body: someText({ text: `Your visit number ${++serial} is at nine.` }) })).id;

  it("sends one, and shows Twilio's receipt on its timeline, the signature checked", async () => {
    const id = await send();
    const message = await waitForState(operator, id, "delivered");
    expect(story(message)).toEqual(["accepted", "attempt default", "sent default", "delivered default"]);
    expect(message).toMatchObject({ channel: "sms", attempts: 1, ...first });
    const sent = twilio.messages().at(-1);
    expect(sent).toMatchObject({ to: "+15005550100", body: `Your visit number ${serial} is at nine.` });
    expect(sent?.statusCallback).toBe(`${server.origin}/hooks/org.hilum.twilio-sms/default/status?message=${id}`);
    const { items } = await operator.ok("listHookDeliveries", { params: twilioPlugin, query: { limit: 2 } });
    expect(items).toMatchObject([{ verdict: "accepted" }, { verdict: "accepted" }]);
  });

  it("tells a message that a network did not deliver, and a receipt that nobody signed changes nothing", async () => {
    twilio.report(["sent", "undelivered"], 30005);
    const message = await waitForState(operator, await send(), "dead");
    expect(story(message)).toEqual(["accepted", "attempt default", "sent default", "refused default", "dead default"]);
    expect(message).toMatchObject({ cause: "recipient" });
    expect(message.timeline.find(({ kind }) => kind === "refused")?.reply).toMatch(/^30005: /);
    twilio.report([]);
    const id = await send();
    await waitForState(operator, id, "sent");
    const forged = await server.nobody().send("POST", `/hooks/org.hilum.twilio-sms/default/status?message=${id}`, {
      body: Buffer.from("MessageStatus=delivered&MessageSid=SM0"),
      headers: { "content-type": "application/x-www-form-urlencoded", "x-twilio-signature": "AAAA" },
    });
    expect(forged.status).toBe(401);
    expect((await operator.ok("getMessage", { params: { message: id } })).state).toBe("sent");
  });

  it("gives a message to the second provider when Twilio refuses its sender, with Twilio's words", async () => {
    await operator.ok("setRoute", { params: { channel: "sms" }, body: { to: [first, backup] } });
    Object.assign(twilio.account, { verifiedNumbers: [] });
    const message = await waitForState(operator, await send(), "sent");
    expect(story(message)).toEqual([
      "accepted",
      ...["attempt default", "refused default", "failed_over default"],
      ...["attempt default", "sent default"],
    ]);
    expect(message.timeline[2]).toMatchObject({
      ...first,
      cause: "sender_not_verified",
      reply: expect.stringMatching(/^21608: /) as string,
      fix: expect.stringContaining("Verify the number") as string,
    });
    expect(message).toMatchObject(backup);
  });

  it("asks nobody else for a person who opted out", async () => {
    await operator.ok("setRoute", { params: { channel: "sms" }, body: { to: [first, backup] } });
    twilio.account.optedOut.push("+15005550100");
    const message = await waitForState(operator, await send(), "dead");
    expect(story(message)).toEqual(["accepted", "attempt default", "refused default", "dead default"]);
    expect(message).toMatchObject({ cause: "recipient" });
  });

  it.each([
    ["a used-up quota", { kind: "refuse", error: "tooManyRequests" }, "retrying", "quota"],
    ["a page for people", { kind: "html", status: 200 }, "uncertain", "provider_down"],
    ["an error inside a success", { kind: "error_inside", status: 200 }, "uncertain", "provider_down"],
    [
      "a redirect to the metadata address",
      { kind: "redirect", location: "http://169.254.169.254/" },
      "dead",
      "configuration",
    ],
    ["a dropped line", { kind: "drop", when: "before" }, "uncertain", "network"],
  ] as const)("ends %s in its cause, with nothing half sent", async (_what, behaviour, state, cause) => {
    twilio.behave(behaviour, "CreateMessage");
    const before = twilio.messages().length;
    const message = await waitForState(operator, await send(), state, 40_000);
    expect(message).toMatchObject({ cause });
    expect(message.timeline.some(({ fix }) => fix !== undefined && fix !== "")).toBe(true);
    expect(twilio.messages()).toHaveLength(before);
    if (state === "retrying") await operator.ok("cancelMessage", { params: { message: message.id } });
  });

  it("finds out that a message went out whose answer was lost", async () => {
    twilio.behave({ kind: "drop", when: "after" }, "CreateMessage");
    const before = twilio.messages().length;
    const message = await waitForState(operator, await send(), "sent");
    expect(message.attempts).toBe(1);
    expect(twilio.messages()).toHaveLength(before + 1);
  });

  it("settles by Twilio's receipt what nobody could tell", async () => {
    twilio.behave({ kind: "html", status: 200 }, "CreateMessage");
    const id = await send();
    await waitForState(operator, id, "uncertain");
    const target = `/hooks/org.hilum.twilio-sms/default/status?message=${id}`;
    const fields = { MessageSid: twilioSid("SM", "late"), MessageStatus: "delivered" };
    const signature = signTwilio(twilio.account.authToken, `${server.origin}${target}`, fields);
    const answer = await server.nobody().send("POST", target, {
      body: Buffer.from(new URLSearchParams(fields).toString()),
      headers: { "content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature },
    });
    expect(answer.status).toBe(204);
    const message = await operator.ok("getMessage", { params: { message: id } });
    expect(story(message)).toEqual(["accepted", "attempt default", "uncertain default", "delivered default"]);
  });

  it("keeps secret and numbers out of the log of the process, the plugin and the audit", async () => {
    const logs = await operator.call("listPluginLogs", { params: twilioPlugin });
    const audit = await operator.call("exportAudit", { query: { format: "jsonl" } });
    const receipts = await operator.call("listEgressReceipts", { params: twilioPlugin });
    for (const text of [logs.text, audit.text, receipts.text, server.log.join("\n")]) {
      expect(text).not.toContain(twilio.account.authToken);
      expect(text).not.toContain("5005550100");
    }
    expect(receipts.text).toContain("/2010-04-01/Accounts/{account}/Messages.json");
  });
});

describe.skipIf(!sandbox.available)("the setup of Twilio", () => {
  let server: TestServer;
  let operator: TestClient;
  let twilio: TwilioServer;
  beforeAll(async () => {
    server = await startTestServer();
    operator = await server.as("administrator");
    twilio = await startTwilio(server, operator);
    await operator.ok("addIncludedPlugin", { params: twilioPlugin });
  });
  afterAll(async () => {
    await server?.close();
    await twilio?.stop();
  });

  const answer = async (step: string, body: object): Promise<SetupSession> =>
    await operator.ok("answerSetupStep", { params: { ...twilioPlugin, step }, body: { values: {}, ...body } });
  const rowsOf = (session: SetupSession, step: string) =>
    (session.checks[step]?.rows ?? []).map(({ id, status }) => [id.split(":")[0], status]);

  it("finds a wrong token before anything else is asked, and leads to its field", async () => {
    await operator.ok("beginSetup", { params: twilioPlugin, body: { mode: "setup" } });
    await answer("sign-in", { option: "token" });
    const { values } = accountOf(twilio);
    const { from: _from, ...account } = values;
    const wrong = await answer("account", { values: account, secrets: { authToken: "0".repeat(32) } });
    expect(wrong.current).toBe("account");
    expect(wrong.checks["account"]?.rows.find(({ status }) => status === "failed")).toMatchObject({
      id: "authentication",
      cause: "wrong_credential",
      field: "/authToken",
      reply: "20003: Authenticate",
    });
    const right = await answer("account", { values: account, secrets: { authToken: twilio.account.authToken } });
    expect(right.current).toBe("sender");
    expect(rowsOf(right, "account")).toEqual([
      ["dns", "passed"],
      ["tls", "passed"],
      ["authentication", "passed"],
      ["scope", "passed"],
    ]);
  });

  it("lists the account's numbers, and refuses one that is not among them", async () => {
    const step = { ...twilioPlugin, step: "sender" };
    const listed = await operator.ok("discoverSetupOptions", { params: step, body: { field: "from", values: {} } });
    expect(listed.discovered["from"]?.options.map(({ value }) => value)).toEqual(["+15005550006", "+15005550007"]);
    const voice = await answer("sender", { values: { from: "+15005550008" } });
    expect(voice.checks["sender"]?.rows.find(({ status }) => status === "failed")).toMatchObject({
      cause: "sender_not_verified",
      field: "/from",
    });
    expect((await answer("sender", { values: { from: "+15005550007" } })).current).toBe("try");
  });

  it("tries everything without sending, then sends for real and waits for the receipt", async () => {
    const tried = await answer("try", {});
    expect(rowsOf(tried, "try").slice(2)).toEqual([
      ["authentication", "passed"],
      ["scope", "passed"],
      ["quota", "passed"],
      ["sender", "passed"],
      ["dry-run", "passed"],
    ]);
    expect(twilio.messages()).toEqual([]);
    expect(tried.current).toBe("receipt");
    expect(tried.steps.map(({ id }) => id)).not.toContain("live");
    await answer("receipt", { recipient: "+15005550100" });
    const done = await waitUntil(
      "the receipt",
      () => operator.ok("getSetup", { params: twilioPlugin }),
      ({ checks }) => checks["receipt"]?.ok === true,
    );
    expect(rowsOf(done, "receipt").slice(2)).toEqual([
      ["send", "passed"],
      ["hook", "passed"],
    ]);
    expect(twilio.messages()).toHaveLength(1);
    await operator.ok("finishSetup", { params: twilioPlugin });
    expect((await operator.ok("getSettings", { params: twilioPlugin })).values).toMatchObject({ from: "+15005550007" });
  });

  it("finds an auth token that only the receipts need by the first of them, and leads to its field", async () => {
    await operator.ok("beginSetup", { params: twilioPlugin, body: { mode: "reconfigure" } });
    await answer("sign-in", { option: "key" });
    const { sid: keySid, secret: keySecret } = twilio.account.keys[0] ?? { sid: "", secret: "" };
    const { from, ...values } = accountOf(twilio).values;
    const account = { values: { ...values, keySid }, secrets: { keySecret } };
    const tryReceipt = async (authToken: string): Promise<SetupSession> => {
      await answer("account", { ...account, secrets: { ...account.secrets, authToken } });
      await answer("sender", { values: { from, receipts: true } });
      await answer("try", {});
      await answer("receipt", { recipient: "+15005550100" });
      return await waitUntil(
        "the receipt",
        () => operator.ok("getSetup", { params: twilioPlugin }),
        ({ checks }) => checks["receipt"]?.rows.some(({ id }) => id === "hook:status") === true,
      );
    };
    const wrong = await tryReceipt("0".repeat(32));
    expect(wrong.checks["receipt"]).toMatchObject({ ok: false });
    expect(wrong.checks["receipt"]?.rows.at(-1)).toMatchObject({
      status: "failed",
      cause: "wrong_credential",
      field: "/authToken",
    });
    expect((await tryReceipt(twilio.account.authToken)).checks["receipt"]).toMatchObject({ ok: true });
  });

  it("does not wait for receipts that nobody wants", async () => {
    const begin = { mode: "reconfigure", replace: true } as const;
    await operator.ok("beginSetup", { params: twilioPlugin, body: begin });
    const { steps } = await answer("sender", { values: { from: "+15005550007", receipts: false } });
    expect(steps.map(({ id }) => id)).toEqual(["sign-in", "account", "sender", "try", "live", "summary"]);
  });
});
