import { sms } from "@hilum/sdk";
import { TestCallError } from "@hilum/sdk/testing";
import { afterEach, describe, expect, it } from "vitest";
import { openAccount, type TestAccount, type TestAccountOptions } from "./test-support/account.ts";

const open: TestAccount[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});
async function account(options?: TestAccountOptions): Promise<TestAccount> {
  const made = await openAccount(options);
  open.push(made);
  return made;
}
const visit = sms({ to: "+15005550100", text: "Your visit is tomorrow at nine." });

/** How the plugin tells a failure, in the members that decide what happens next. */
async function failure(promise: Promise<unknown>): Promise<Record<string, unknown>> {
  const error: unknown = await promise.then(
    () => "it succeeded",
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TestCallError);
  const { code, data } = error as TestCallError;
  return { code, ...data };
}

describe("sending", () => {
  it("hands one text to Twilio, asks for its receipt and tells its parts", async () => {
    const { twilio, host } = await account();
    const sent = await host.send({ ...visit, id: "01KABE" });
    expect(sent).toMatchObject({ outcome: "accepted", reply: "queued, one part, GSM-7" });
    expect(twilio.messages()).toMatchObject([
      { sid: sent.providerId, to: "+15005550100", from: "+15005550006", body: "Your visit is tomorrow at nine." },
    ]);
    expect(twilio.requests()).toMatchObject([
      {
        operation: "CreateMessage",
        user: twilio.account.sid,
        form: { StatusCallback: "https://hilum.test/hooks/org.hilum.twilio-sms/default/status?message=01KABE" },
      },
    ]);
  });

  it("signs in by an API key, sends through a Messaging Service, and asks for no receipts where none are wanted", async () => {
    const { twilio, host } = await account({ settings: { signIn: "key", receipts: false } });
    const [service = ""] = twilio.account.services;
    const other = await account({ settings: { signIn: "key", receipts: false, from: service } });
    await host.send(visit);
    await other.host.send(visit);
    expect(twilio.requests()).toMatchObject([{ user: twilio.account.keys[0]?.sid }]);
    expect(twilio.requests()[0]?.form).not.toHaveProperty("StatusCallback");
    expect(other.twilio.requests()[0]?.form).toMatchObject({ MessagingServiceSid: service });
    expect(other.twilio.requests()[0]?.form).not.toHaveProperty("From");
  });

  it("takes numbers as people write them, and long texts in parts up to what the settings allow", async () => {
    const { twilio, host } = await account({ settings: { segmentsMax: 3 } });
    await host.send(sms({ to: "+1 (500) 555-0100", text: "a".repeat(400) }));
    expect(twilio.messages()).toMatchObject([{ to: "+15005550100" }]);
    expect(await failure(host.send(sms({ to: "+15005550100", text: "ж".repeat(300) })))).toMatchObject({
      code: "provider.too_large",
      sent: "no",
      field: "/segmentsMax",
      fix: "The text needs 5 parts of at most 3. Shorten it, or allow more parts in Settings.",
    });
    expect(twilio.messages()).toHaveLength(1);
  });

  it("says that it sends no files", async () => {
    const { twilio, host } = await account();
    const attachments = [{ id: "b1", contentType: "image/png", title: "map.png", size: 3 }];
    const params = { message: { ...visit, id: "m1" }, attempt: 1, idempotencyKey: "m1", attachments };
    // The platform refuses such a message before any plugin sees it; a plugin relies on nobody.
    expect(await failure(host.request("messages.send", params))).toMatchObject({
      code: "message.invalid",
      sent: "no",
      fix: expect.stringContaining("MMS is not supported") as string,
    });
    expect(twilio.requests()).toEqual([]);
  });

  it("sends to several, tells which were refused, and repeats none when a later one fails", async () => {
    const { twilio, host } = await account({ server: { account: { optedOut: ["+15005550101"] } } });
    const to = ["+15005550100", "+15005550101", "+15005550102"];
    const result = await host.send(sms({ to, text: "Closed on Friday" }));
    expect(result.refused).toEqual([{ recipient: 1, reply: "21610: Attempt to send to unsubscribed recipient" }]);
    expect(twilio.messages().map((message) => message.to)).toEqual(["+15005550100", "+15005550102"]);
    expect(twilio.requests().some(({ form }) => "StatusCallback" in form)).toBe(false);
  });
});

describe("what Twilio refuses", () => {
  const refused = async (options: TestAccountOptions, number = "+15005550100") => {
    const { twilio, host } = await account(options);
    const said = await failure(host.send(sms({ to: number, text: "Tomorrow" })));
    expect(twilio.messages()).toEqual([]);
    expect(JSON.stringify([said, host.log])).not.toContain(number);
    return said;
  };

  it("tells a wrong key", async () => {
    expect(await refused({ settings: { authToken: "0".repeat(32) } })).toMatchObject({
      code: "provider.bad_credentials",
      cause: "wrong_credential",
      field: "/authToken",
      retry: "never",
      reply: "20003: Authenticate",
    });
  });

  it("tells a right key without the right", async () => {
    const keys = [{ sid: `SK${"1".repeat(32)}`, secret: "s3cret-of-the-key", messages: false }];
    expect(await refused({ settings: { signIn: "key" }, server: { account: { keys } } })).toMatchObject({
      code: "provider.bad_credentials",
      cause: "configuration",
      field: "/keySid",
      fix: expect.stringContaining("Give the API key the right") as string,
    });
  });

  it("tells a wrong secret of a key where it was entered, not at the auth token", async () => {
    expect(await refused({ settings: { signIn: "key", keySecret: "another secret" } })).toMatchObject({
      code: "provider.bad_credentials",
      cause: "wrong_credential",
      field: "/keySecret",
      reply: "20003: Authenticate",
    });
  });

  it("tells a sender that is not verified, and a number that a trial account may not write to", async () => {
    expect(await refused({ settings: { from: "+15005550099" } })).toMatchObject({
      code: "provider.sender",
      cause: "sender_not_verified",
      field: "/from",
      reply: expect.stringMatching(/^21606: /) as string,
    });
    expect(await refused({ server: { account: { verifiedNumbers: [] } } })).toMatchObject({
      code: "provider.sender",
      fix: expect.stringContaining("Verify the number") as string,
    });
  });

  it("tells a quota that is used up, and when to come back", async () => {
    const { twilio, host } = await account();
    twilio.behave({ kind: "refuse", error: "tooManyRequests" });
    expect(await failure(host.send(visit))).toMatchObject({
      code: "provider.quota",
      cause: "quota",
      retry: "later",
      retryAfterMs: 2000,
      sent: "no",
    });
    for (const error of ["rateExceeded", "dailyLimit", "suspended"] as const) {
      twilio.behave({ kind: "refuse", error });
      expect(await failure(host.send(visit)), error).toMatchObject({
        code: "provider.quota",
        retry: "later",
        sent: "no",
      });
    }
  });

  it("blames the recipient for what is theirs: an unknown number, and one who opted out", async () => {
    for (const change of [{ unknown: ["+15005550100"] }, { optedOut: ["+15005550100"] }])
      expect(await refused({ server: { account: change } })).toMatchObject({
        code: "provider.recipient",
        cause: "recipient",
        retry: "never",
        sent: "no",
      });
  });

  it("leads a code that it does not know to Twilio's page about it", async () => {
    const { twilio, host } = await account();
    twilio.behave({ kind: "refuse", error: "badParameter" });
    expect(await failure(host.send(visit))).toMatchObject({
      code: "provider.refused",
      fix: expect.stringContaining("https://www.twilio.com/docs/errors/20001") as string,
    });
  });
});

describe("a Twilio that misbehaves", () => {
  it("takes a page for people for no answer: nobody can tell whether the message went out", async () => {
    const { twilio, host } = await account();
    twilio.behave({ kind: "html", status: 200 }, "CreateMessage");
    expect(await failure(host.send(visit))).toMatchObject({
      code: "provider.bad_answer",
      cause: "provider_down",
      sent: "maybe",
      field: "/apiHost",
    });
    twilio.behave({ kind: "html", status: 503 }, "CreateMessage");
    expect(await failure(host.send(visit))).toMatchObject({ code: "provider.temporary", sent: "no", retry: "later" });
    twilio.behave({ kind: "html", status: 502 }, "CreateMessage");
    expect(await failure(host.send(visit))).toMatchObject({ code: "provider.temporary", sent: "maybe" });
    twilio.behave({ kind: "empty" });
    expect(await failure(host.send(visit))).toMatchObject({ code: "provider.bad_answer", sent: "maybe" });
  });

  it("believes an error inside a success, and a message that failed at once", async () => {
    const { twilio, host } = await account();
    twilio.behave({ kind: "error_inside", status: 200 });
    expect(await failure(host.send(visit))).toMatchObject({
      code: "provider.temporary",
      reply: "20500: Internal Server Error",
      sent: "maybe",
    });
    twilio.behave({ kind: "failed_inside", errorCode: 30007 });
    expect(await failure(host.send(visit))).toMatchObject({
      code: "provider.refused",
      sent: "no",
      fix: expect.stringContaining("spam") as string,
    });
  });

  it("does not follow a redirect to the metadata address, and has handed nothing over", async () => {
    const { twilio, host } = await account();
    twilio.behave({ kind: "redirect", location: "http://169.254.169.254/latest/meta-data/" });
    expect(await failure(host.send(visit))).toMatchObject({
      code: "provider.redirected",
      cause: "configuration",
      sent: "no",
      field: "/apiHost",
    });
    expect(twilio.messages()).toEqual([]);
  });

  it("looks whether Twilio has the message when the line dropped or the answer is late", async () => {
    const { twilio, host } = await account({ timeoutMs: 400 });
    twilio.behave({ kind: "drop", when: "after" }, "CreateMessage");
    const found = await host.send(visit);
    expect(twilio.messages()).toMatchObject([{ sid: found.providerId }]);
    twilio.behave({ kind: "drop", when: "before" }, "CreateMessage");
    const other = sms({ to: "+15005550100", text: "Another one" });
    expect(await failure(host.send(other))).toMatchObject({ code: "provider.unreachable", sent: "maybe" });
    twilio.behave({ kind: "slow", delayMs: 1000 }, "CreateMessage");
    expect(await failure(host.send(other))).toMatchObject({
      code: "provider.timeout",
      cause: "timeout",
      sent: "maybe",
    });
  });

  it("does not take another message that says the same for the one whose answer is lost", async () => {
    const { twilio, host } = await account();
    await host.send({ ...visit, id: "01KABE" });
    twilio.behave({ kind: "drop", when: "before" }, "CreateMessage");
    expect(await failure(host.send({ ...visit, id: "01KABF" }))).toMatchObject({ sent: "maybe" });
    twilio.behave({ kind: "drop", when: "after" }, "CreateMessage");
    const found = await host.send({ ...visit, id: "01KABF" }, { attempt: 2 });
    expect(found.providerId).toBe(twilio.messages()[1]?.sid);
  });

  it("tells an expired certificate", async () => {
    const { host } = await account({ server: { expired: true } });
    expect(await failure(host.send(visit))).toMatchObject({
      code: "provider.certificate",
      cause: "certificate",
      sent: "no",
      field: "/apiHost",
    });
  });

  it("sends again what may have gone out only after it has asked Twilio for it", async () => {
    const { twilio, host } = await account();
    const first = await host.send(visit, { idempotencyKey: "k1" });
    const since = new Date(Date.now() - 1000);
    const again = await host.send(visit, { idempotencyKey: "k1", attempt: 2, maybeSentSince: since });
    expect(again.providerId).toBe(first.providerId);
    expect(twilio.messages()).toHaveLength(1);
    await host.send(sms({ to: "+15005550100", text: "Never sent" }), { attempt: 2, maybeSentSince: since });
    expect(twilio.messages()).toHaveLength(2);
    const listed = twilio.requests().filter(({ operation }) => operation === "ListMessage");
    expect(listed.map(({ query }) => Object.keys(query))).toEqual([
      ["PageSize", "From"],
      ["PageSize", "From"],
    ]);
  });
});

describe("receipts", () => {
  const deliver = async (fields: Record<string, string>, query: Record<string, string> = { message: "01KABE" }) => {
    const { host } = await account();
    await host.send({ ...visit, id: "01KABE" });
    const answer = await host.deliver("status", { body: new URLSearchParams(fields), query });
    return { answer, deliveries: host.deliveries };
  };

  it("reports a message that arrived, and one that did not with its cause", async () => {
    const arrived = await deliver({ MessageSid: "SM1", MessageStatus: "delivered" });
    expect(arrived).toMatchObject({
      answer: { status: 204 },
      deliveries: [{ message: "01KABE", state: "delivered", providerId: "SM1" }],
    });
    const lost = await deliver({ MessageSid: "SM1", MessageStatus: "undelivered", ErrorCode: "30005" });
    expect(lost.deliveries).toMatchObject([
      { state: "failed", cause: "recipient", reply: expect.stringMatching(/^30005: /) },
    ]);
  });

  it("passes over what is only on its way, and what names no message", async () => {
    expect((await deliver({ MessageStatus: "sent" })).deliveries).toEqual([]);
    expect((await deliver({ MessageStatus: "delivered" }, {})).deliveries).toEqual([]);
  });

  it("asks a Twilio on the internet for none while Hilum can be reached on this machine alone", async () => {
    const { host } = await account({ settings: { apiHost: "api.twilio.com" } });
    expect((await host.checkSettings()).rows).toMatchObject([{ id: "receipts", status: "passed" }]);
  });
});

describe("the setup", () => {
  const statuses = async (rows: Promise<{ rows: { id: string; status: string }[] }>) =>
    Object.fromEntries((await rows).rows.map(({ id, status }) => [id, status]));

  it("checks sign-in, rights, balance, sender and a message without a text, and sends nothing", async () => {
    const { twilio, host } = await account();
    expect(await statuses(host.checkSetup("try"))).toEqual({
      authentication: "passed",
      scope: "passed",
      quota: "passed",
      sender: "passed",
      "dry-run": "passed",
    });
    expect(twilio.messages()).toEqual([]);
    expect((await host.health()).state).toBe("healthy");
    expect(await statuses(host.smoke("account"))).toMatchObject({ "dry-run": "passed" });
  });

  it("stops at the first row that fails, and leads to the field", async () => {
    const wrong = await account({ settings: { authToken: "0".repeat(32) } });
    expect((await wrong.host.checkSetup("account")).rows).toMatchObject([
      { id: "authentication", status: "failed", cause: "wrong_credential", field: "/authToken" },
      { id: "scope", status: "skipped" },
    ]);
    const poor = await account({ server: { account: { balance: "0.00" } } });
    expect(await statuses(poor.host.checkSetup("try"))).toMatchObject({ quota: "failed", "dry-run": "skipped" });
    const voice = await account({ settings: { from: "+15005550008" } });
    expect((await voice.host.checkSetup("sender")).rows).toMatchObject([
      { id: "sender", status: "failed", cause: "sender_not_verified", field: "/from" },
    ]);
    expect((await wrong.host.health()).state).toBe("failing");
  });

  it("takes a trial account for one that sends, and tells at the test message whom it may not write to", async () => {
    const { host } = await account({ server: { account: { verifiedNumbers: ["+15005550100"] } } });
    expect(await statuses(host.checkSetup("try"))).toMatchObject({ sender: "passed", "dry-run": "passed" });
    const { rows } = await host.checkSetup("receipt", undefined, { recipient: "+15005550101" });
    expect(rows).toMatchObject([
      {
        status: "failed",
        cause: "sender_not_verified",
        detail: "This is a trial account, which may not write to this number yet.",
        reply: "21608: The number [number] is unverified. Trial accounts cannot send messages to unverified numbers",
      },
    ]);
    expect(rows[0]).not.toHaveProperty("field");
  });

  it("lists the account's numbers that can send text messages", async () => {
    const { host } = await account();
    expect(await host.discover("sender", "from")).toEqual([
      { value: "+15005550006", title: "+15005550006", text: "Front desk" },
      { value: "+15005550007", title: "+15005550007", text: "Reminders" },
    ]);
  });

  it("sends a real test message to whoever asks for it", async () => {
    const { twilio, host } = await account();
    expect((await host.checkSetup("receipt", undefined, { recipient: "+15005550100" })).rows).toMatchObject([
      { id: "send", status: "passed" },
    ]);
    expect((await host.smoke("send", { recipient: "+15005550100" })).rows).toMatchObject([{ status: "passed" }]);
    expect(twilio.messages()).toHaveLength(2);
  });
});
