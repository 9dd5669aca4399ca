import { createHash } from "node:crypto";
import type { MessageDetail } from "@hilum/contract/api";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { moveClock } from "../../../test-support/move-clock.ts";
import {
  behave,
  mailbox,
  someEmail,
  turnOnPractice,
  waitForMessage,
  waitForState,
  waitUntil,
} from "../../../test-support/practice.ts";
import type { TestClient } from "../../../test-support/test-client.ts";
import { startTestServer, type TestServer } from "../../../test-support/test-server.ts";

const saysLast =
  (code: string) =>
  ({ timeline }: MessageDetail): boolean =>
    timeline.findLast((entry) => entry.code !== undefined)?.code === code;

describe("messages", () => {
  let server: TestServer;
  let operator: TestClient;
  let program: TestClient;
  beforeAll(async () => {
    server = await startTestServer();
    operator = await server.as("administrator");
    program = await server.withToken("operator");
    await turnOnPractice(operator);
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    const { values } = await operator.ok("getSettings", { params: mailbox });
    if (values["behaviour"] !== undefined && values["behaviour"] !== "deliver") await behave(operator, "deliver");
    await operator.ok("emptyPracticeMailbox");
  });

  const send = (headers: Record<string, string> = {}, body = someEmail()) =>
    program.call("sendMessage", { body, headers });
  const received = async () => (await operator.ok("listPracticeMessages", { query: { limit: 200 } })).items;

  it("accepts an e-mail, hands it to the chosen instance and tells its story", async () => {
    const accepted = await send();
    expect(accepted.status).toBe(201);
    const { id } = accepted.json() as { id: string };
    expect(accepted.headers["location"]).toBe(`/api/v1/messages/${id}`);
    const message = await waitForState(operator, id, "sent");
    expect(message).toMatchObject({
      channel: "email",
      recipient: expect.not.stringContaining("jo@example.org") as string,
      maybeSentTwice: false,
      plugin: mailbox.plugin,
      attempts: 1,
    });
    expect(message.timeline.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["accepted", "attempt", "sent"]));
    expect(await received()).toMatchObject([
      { message: id, to: ["jo@example.org"], subject: "Your appointment", text: "On Monday at nine." },
    ]);
    const { items, counts } = await operator.ok("listMessages", { query: { state: "sent" } });
    expect(items.map((item) => item.id)).toContain(id);
    expect(JSON.stringify(items)).not.toContain("jo@example.org");
    expect(counts["sent"]).toBeGreaterThan(0);
  });

  it("answers a repeat under the same key with the first message", async () => {
    const headers = { "idempotency-key": "appointment-4711" };
    const first = await send(headers);
    const again = await send(headers);
    expect([first.status, again.status]).toEqual([201, 200]);
    expect((again.json() as { id: string }).id).toBe((first.json() as { id: string }).id);
    const other = await send(headers, someEmail({ text: "On Tuesday at nine." }));
    expect(other.problem()).toMatchObject({ status: 409, code: "request.idempotency_conflict" });
    // Keys belong to who used them.
    const stranger = await operator.call("sendMessage", { body: someEmail(), headers });
    expect(stranger.status).toBe(201);
  });

  it("makes one message of twenty that arrive at once under one key", async () => {
    const headers = { "idempotency-key": "appointment-4712" };
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(headers)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    const ids = new Set(answers.map((answer) => (answer.json() as { id: string }).id));
    expect(ids.size).toBe(1);
    const [id = ""] = ids;
    await waitForState(operator, id, "sent");
    expect((await received()).filter(({ message }) => message === id)).toHaveLength(1);
  });

  it("refuses an idempotency key that is none", async () => {
    for (const key of ["short", "with blanks in it", "a".repeat(129), "ünïcödé-key"])
      expect((await send({ "idempotency-key": encodeURI(key) === key ? key : "blank blank" })).status).toBe(422);
  });

  it("names every place of a message that is wrong, and keeps nothing of it", async () => {
    const { counts } = await operator.ok("listMessages");
    const good = someEmail();
    const wrong: [string, object][] = [
      ["/medium", { ...good, medium: undefined }],
      ["/recipient", { ...good, recipient: [] }],
      ["/payload", { ...good, payload: [] }],
      ["/status", { ...good, status: "sent" }],
      ["/colour", { ...good, colour: "blue" }],
    ];
    for (const [pointer, body] of wrong) {
      const problem = (await program.send("POST", "/api/v1/messages", { body })).problem();
      expect([problem.status, problem.code], pointer).toEqual([422, "message.invalid"]);
      expect(
        problem.problems?.some((place) => place.pointer.startsWith(pointer)),
        `${pointer}: ${JSON.stringify(problem.problems)}`,
      ).toBe(true);
    }
    expect((await program.send("POST", "/api/v1/messages", { body: someEmail({ to: "not an address" }) })).status).toBe(
      422,
    );
    // Messages of the tests before may still go from one state to another.
    expect(sum((await operator.ok("listMessages")).counts)).toBe(sum(counts));
  });

  it("lets a message wait while no provider is chosen, and sends it when one is", async () => {
    await operator.ok("setRoute", { params: { channel: "email" }, body: { to: [] } });
    const { items } = await operator.ok("listRoutes");
    expect(items.find(({ channel }) => channel === "email")?.sentence).toContain("no provider is chosen");
    const { id } = (await send()).json() as { id: string };
    const waiting = await waitForMessage(operator, id, saysLast("route.none"));
    expect(waiting).toMatchObject({ state: "queued", attempts: 0, cause: "configuration" });
    expect(waiting.can).toContain("cancel");
    // It looks again half a minute later.
    using _clock = moveClock(31_000);
    await operator.ok("setRoute", {
      params: { channel: "email" },
      body: { to: [{ ...mailbox, instance: "default" }] },
    });
    await waitForState(operator, id, "sent");
  });

  it("keeps a refused message as dead with the reason, and sends a corrected copy as a new one", async () => {
    await behave(operator, "refuse");
    const { id } = (await send()).json() as { id: string };
    const dead = await waitForState(operator, id, "dead");
    expect(dead).toMatchObject({
      problem: "The provider refused the message",
      can: expect.arrayContaining(["retry", "discard", "resend"]) as string[],
    });
    expect((await operator.call("cancelMessage", { params: { message: id } })).problem().code).toBe(
      "message.wrong_state",
    );
    await behave(operator, "deliver");
    const { id: copy } = await operator.ok("resendMessage", {
      params: { message: id },
      body: someEmail({ text: "Corrected." }),
    });
    await waitForState(operator, copy, "sent");
    expect(await received()).toMatchObject([{ message: copy, text: "Corrected." }]);
    const old = await operator.ok("getMessage", { params: { message: id } });
    expect(old.timeline.map(({ kind }) => kind)).toContain("resent");
    expect((await operator.call("resendMessage", { params: { message: id }, body: someEmail() })).problem().code).toBe(
      "message.wrong_state",
    );
  });

  it("tries a dead message again, or discards it with a reason", async () => {
    await behave(operator, "refuse");
    const [first, second] = [(await send()).json() as { id: string }, (await send()).json() as { id: string }];
    for (const { id } of [first, second]) await waitForState(operator, id, "dead");
    expect(
      (await operator.call("discardMessage", { params: { message: second.id }, body: { reason: "" } })).status,
    ).toBe(422);
    await operator.ok("discardMessage", {
      params: { message: second.id },
      body: { reason: "The person asked by phone" },
    });
    expect((await operator.call("retryMessage", { params: { message: second.id }, body: {} })).problem().code).toBe(
      "message.wrong_state",
    );
    await behave(operator, "deliver");
    await operator.ok("retryMessage", { params: { message: first.id }, body: {} });
    await waitForState(operator, first.id, "sent");
    expect((await operator.ok("getMessage", { params: { message: second.id } })).state).toBe("discarded");
  });

  it("calls a message that was taken and never answered uncertain, and sends it again only when told so twice", async () => {
    await behave(operator, "lose");
    const { id } = (await send()).json() as { id: string };
    const uncertain = await waitForState(operator, id, "uncertain", 40_000);
    expect(uncertain).toMatchObject({ cause: "timeout", attempts: 1 });
    await behave(operator, "deliver");
    expect((await operator.call("retryMessage", { params: { message: id }, body: {} })).status).toBe(409);
    await operator.ok("retryMessage", { params: { message: id }, body: { evenIfSent: true } });
    expect(await waitForState(operator, id, "sent")).toMatchObject({ maybeSentTwice: true });
  });

  it("cancels one that waits, and no longer one that went out", async () => {
    await operator.ok("disableInstance", { params: mailbox, body: {} });
    const { id } = (await send()).json() as { id: string };
    await waitForMessage(operator, id, saysLast("plugin.not_running"));
    await operator.ok("cancelMessage", { params: { message: id } });
    expect((await operator.ok("getMessage", { params: { message: id } })).state).toBe("cancelled");
    await operator.ok("enableInstance", { params: mailbox, body: {} });
    const { id: gone } = (await send()).json() as { id: string };
    await waitForState(operator, gone, "sent");
    expect((await operator.call("cancelMessage", { params: { message: gone } })).problem().code).toBe(
      "message.wrong_state",
    );
    expect((await received()).map(({ message }) => message)).toEqual([gone]);
  });

  it("threat 149: takes attachments as bytes and gives them back as nothing but a file", async () => {
    const page = Buffer.from("<script>alert(document.cookie)</script>");
    const upload = await program.call("uploadAttachment", {
      headers: { "content-type": "text/html; charset=utf-8" },
    });
    expect(upload.status).toBeLessThan(500);
    const made = await program.send("POST", "/api/v1/attachments", {
      body: page,
      headers: { "content-type": "text/html; charset=utf-8" },
    });
    const attachment = made.json() as { id: string; size: number; sha256: string; contentType: string };
    expect(attachment).toMatchObject({
      size: page.length,
      contentType: "text/html",
      sha256: createHash("sha256").update(page).digest("hex"),
    });
    const file = await program.call("downloadAttachment", { params: { attachment: attachment.id } });
    expect(file.bytes.equals(page)).toBe(true);
    expect(file.headers).toMatchObject({
      "content-type": "application/octet-stream",
      "content-disposition": "attachment",
      "x-content-type-options": "nosniff",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
      "cache-control": "no-store",
    });
    for (const type of ["", "html", "text/html\r\nx-evil: 1", "a/b/c"])
      expect(
        (
          await program.send("POST", "/api/v1/attachments", {
            body: page,
            headers: { "content-type": type.replace(/[\r\n]/g, " ") },
          })
        ).status,
        type,
      ).toBe(415);
  });

  it("carries an attachment to the provider, and refuses a message that names one that is not there", async () => {
    const pdf = Buffer.alloc(3_000_000, "%PDF");
    const made = await program.send("POST", "/api/v1/attachments", {
      body: pdf,
      headers: { "content-type": "application/pdf" },
    });
    const { id } = made.json() as { id: string };
    const attachments = [{ url: `Binary/${id}`, contentType: "application/pdf", title: "letter.pdf" }];
    const { id: message } = (await send({}, someEmail({ attachments }))).json() as { id: string };
    await waitForState(operator, message, "sent");
    expect((await received())[0]).toMatchObject({
      attachments: [{ title: "letter.pdf", contentType: "application/pdf" }],
    });
    const absent = [{ url: "Binary/01ARZ3NDEKTSV4RRFFQ69G5FAV", contentType: "application/pdf", title: "x.pdf" }];
    const refused = await send({}, someEmail({ attachments: absent }));
    expect(refused.status).toBeGreaterThanOrEqual(400);
    expect(refused.status).toBeLessThan(500);
  });

  it("refuses an attachment above 25 MB and keeps nothing of it", async () => {
    const answer = await program
      .send("POST", "/api/v1/attachments", {
        body: Buffer.alloc(26_214_401),
        headers: { "content-type": "application/pdf" },
      })
      .catch((error: NodeJS.ErrnoException) => error.code ?? "cut");
    if (typeof answer === "string") expect(["EPIPE", "ECONNRESET"]).toContain(answer);
    else expect(answer.status).toBe(413);
  });

  it("threat 154: shows content and addresses to nobody but those who operate", async () => {
    const { id } = (await send()).json() as { id: string };
    const viewer = await server.as("viewer");
    const auditor = await server.as("auditor");
    for (const client of [viewer, auditor]) {
      expect((await client.call("getMessage", { params: { message: id } })).status).toBe(403);
      expect((await client.call("listPracticeMessages")).status).toBe(403);
    }
    const list = await viewer.call("listMessages");
    expect(list.text).not.toContain("jo@example.org");
    expect((await auditor.call("listMessages")).status).toBe(403);
  });

  it("names in the list whom a message is about, to those who may open the record", async () => {
    const about = (await send({}, someEmail({ patient: "Patient/zoe-1" }))).json() as { id: string };
    const elsewhere = (await send({}, someEmail({ patient: "https://elsewhere.example/Patient/2" }))).json() as {
      id: string;
    };
    const patients = async (client: TestClient) => {
      const { items } = await client.ok("listMessages");
      return [about, elsewhere].map(({ id }) => items.find((item) => item.id === id)?.patient);
    };
    expect(await patients(operator)).toEqual(["zoe-1", undefined]);
    // From memory the second time.
    expect(await patients(operator)).toEqual(["zoe-1", undefined]);
    expect(await patients(await server.as("viewer"))).toEqual([undefined, undefined]);
  });

  it("delivers late what the provider takes late", async () => {
    await behave(operator, "delay", 1);
    const { id } = (await send()).json() as { id: string };
    await waitUntil(
      "the attempt",
      () => operator.ok("getMessage", { params: { message: id } }),
      ({ state }) => state === "sending" || state === "sent",
    );
    const { timeline } = await waitForState(operator, id, "sent");
    const attempt = timeline.find(({ kind }) => kind === "sent") ?? timeline.at(-1);
    expect(attempt?.durationMs ?? 1000).toBeGreaterThanOrEqual(900);
  });
});

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);
