import { readFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { email } from "@hilum/sdk";
import { createTestHost, TestCallError, type TestHost } from "@hilum/sdk/testing";
import {
  createCertificateAuthority,
  requires,
  startSmtpServer,
  type SmtpServer,
  type SmtpServerOptions,
} from "@hilum/testkit";
import { afterEach, describe, expect, it } from "vitest";
import { smtpPlugin } from "./plugin.ts";

const manifest = readFileSync(new URL("../hilum.json", import.meta.url), "utf8");
const grant = "net:tcp://{config.host}:{config.port}";
const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close();
});

async function host(
  settings: Record<string, unknown>,
  options: { grants?: string[]; privateRanges?: string[] } = {},
): Promise<TestHost> {
  const made = await createTestHost(smtpPlugin, {
    manifest,
    settings: {
      host: "127.0.0.1",
      security: "none",
      signIn: false,
      from: "clinic@example.org",
      fromName: "Example Clinic",
      ...settings,
    },
    grants: [grant],
    privateRanges: ["127.0.0.0/8"],
    ...options,
  });
  open.push(made);
  return made;
}
async function server(options: SmtpServerOptions = {}): Promise<SmtpServer> {
  const made = await startSmtpServer(options);
  open.push({ close: made.stop });
  return made;
}
async function failure(promise: Promise<unknown>): Promise<TestCallError> {
  const error: unknown = await promise.then(
    () => "it succeeded",
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TestCallError);
  return error as TestCallError;
}
/** A server that follows a script: what it says on connecting, and to each line. */
async function scripted(
  greeting: string | undefined,
  answer: (line: string, socket: Socket) => string | undefined,
): Promise<number> {
  const sockets = new Set<Socket>();
  const made: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    if (greeting !== undefined) socket.write(`${greeting}\r\n`);
    socket.on("data", (chunk) => {
      for (const line of chunk.toString().split("\r\n").slice(0, -1)) {
        const reply = answer(line, socket);
        if (reply !== undefined) socket.write(`${reply}\r\n`);
      }
    });
  });
  await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
  open.push({
    close() {
      for (const socket of sockets) socket.destroy();
      made.close();
    },
  });
  return (made.address() as { port: number }).port;
}
const ok = (line: string): string | undefined =>
  line.startsWith("EHLO") ? "250-mail.test\r\n250 SIZE 1000000" : line === "DATA" ? "354 go" : "250 ok";
const message = email({ to: "ada@example.org", subject: "Your visit", text: "Tomorrow at nine." });

describe.skipIf(!requires("aiosmtpd").available)("the SMTP plugin and a real server", () => {
  it("sends text, HTML and attachments, hides Bcc and keeps its Message-ID over attempts", async () => {
    const smtp = await server();
    const plugin = await host({ port: smtp.port, hello: "clinic.example.org" });
    const rich = email({
      to: ["ada@example.org", "grace@example.org"],
      cc: "desk@example.org",
      bcc: "archive@example.org",
      subject: "Ergebnis für Sie",
      text: "Grüße",
      html: "<p>Grüße</p>",
      attachments: [{ url: "Binary/b1", contentType: "application/pdf", title: "result.pdf", size: 700_000 }],
    });
    const bytes = new Uint8Array(700_000).map((_, index) => index % 251);
    const options = {
      idempotencyKey: "visit-1",
      attachments: [{ id: "b1", contentType: "application/pdf", title: "result.pdf", bytes }],
    };
    const first = await plugin.send(rich, options);
    const second = await plugin.send(rich, { ...options, attempt: 2 });
    const [mail] = await smtp.waitFor(2);
    expect(mail).toMatchObject({
      from: "clinic@example.org",
      helo: "clinic.example.org",
      to: ["ada@example.org", "grace@example.org", "desk@example.org", "archive@example.org"],
    });
    expect(mail?.content).toContain("From: Example Clinic <clinic@example.org>");
    expect(mail?.content).toContain("multipart/alternative");
    expect(mail?.content).toContain("filename=result.pdf");
    expect(mail?.content).not.toContain("archive@example.org");
    expect(mail?.content.replaceAll(/\s/g, "")).toContain(Buffer.from(bytes).toString("base64"));
    expect(first.providerId).toMatch(/^<[0-9a-f]{40}@example\.org>$/);
    expect(second.providerId).toBe(first.providerId);
    expect(mail?.content).toContain(`Message-ID: ${first.providerId}`);
    expect(plugin.messages()).toMatchObject([{ state: "sent", providerId: first.providerId }, { state: "sent" }]);
  });

  it("signs in over STARTTLS and over TLS, with an authority of one's own", async () => {
    const authority = await createCertificateAuthority();
    const certificate = await authority.issue({ names: ["localhost", "127.0.0.1"] });
    for (const security of ["starttls", "tls"] as const) {
      const smtp = await server({ security, certificate, users: { clinic: "s3cret-pass" } });
      const plugin = await host({
        port: smtp.port,
        security,
        ca: authority.certificate,
        signIn: true,
        username: "clinic",
        password: "s3cret-pass",
      });
      await plugin.send(message);
      expect(await smtp.waitFor(1)).toMatchObject([{ tls: true, user: "clinic" }]);
      expect((await plugin.smoke("connect")).rows.map(({ status }) => status)).toEqual(Array(4).fill("passed"));
    }
  });

  it("tells a certificate that is not trusted, or that is for another name", async () => {
    const authority = await createCertificateAuthority();
    const other = await authority.issue({ names: ["elsewhere.test"] });
    const right = await authority.issue({ names: ["127.0.0.1"] });
    for (const security of ["starttls", "tls"] as const)
      for (const [certificate, ca] of [
        [other, authority.certificate],
        [right, undefined],
      ] as const) {
        const smtp = await server({ security, certificate });
        const plugin = await host({ port: smtp.port, security, ...(ca === undefined ? {} : { ca }) });
        const { code, data } = await failure(plugin.send(message));
        expect([security, code, data.cause, data.sent, data.retry]).toEqual([
          security,
          "provider.certificate",
          "certificate",
          "no",
          "never",
        ]);
      }
  });

  it("tells wrong credentials, without repeating them", async () => {
    const smtp = await server({ users: { "clinic@example.org": "right-password" } });
    const plugin = await host({
      port: smtp.port,
      signIn: true,
      username: "clinic@example.org",
      password: "wrong-password",
    });
    const { code, data } = await failure(plugin.send(message));
    expect({ code, ...data }).toMatchObject({
      code: "provider.bad_credentials",
      cause: "wrong_credential",
      field: "/password",
      retry: "never",
      reply: expect.stringMatching(/^535/),
      fix: expect.stringContaining("Enter user name and password once more") as string,
    });
    expect(JSON.stringify([data, plugin.log])).not.toMatch(/wrong-password|clinic@example|ada@example/);
    expect((await plugin.smoke("connect")).rows).toMatchObject([
      { status: "passed" },
      {
        status: "failed",
        field: "/password",
        detail: `The mail server 127.0.0.1, port ${smtp.port}, refuses this user name with this password.`,
      },
      { status: "skipped" },
    ]);
  });

  it("asks for a sign-in where the server does", async () => {
    const smtp = await server({ users: { clinic: "x" } });
    const plugin = await host({ port: smtp.port });
    expect(await failure(plugin.send(message))).toMatchObject({
      code: "provider.bad_credentials",
      data: { field: "/signIn" },
    });
  });

  it("tells an unknown recipient, and which of several was refused", async () => {
    const smtp = await server({
      behaviours: { "no@example.org": { kind: "refuse", reply: "550 5.1.1 <no@example.org> unknown" } },
    });
    const plugin = await host({ port: smtp.port });
    const { code, data } = await failure(plugin.send(email({ to: "no@example.org", subject: "x", text: "y" })));
    expect({ code, ...data }).toMatchObject({
      code: "provider.recipient",
      cause: "recipient",
      retry: "never",
      sent: "no",
      reply: "550 5.1.1 <[address]> unknown",
    });
    const partly = await plugin.send(email({ to: ["ada@example.org", "no@example.org"], subject: "x", text: "y" }));
    expect(partly.refused).toEqual([{ recipient: 1, reply: "550 5.1.1 <[address]> unknown" }]);
    expect(await smtp.waitFor(1)).toMatchObject([{ to: ["ada@example.org"] }]);
  });

  it("tells what is temporary, too large or refused for its content", async () => {
    const behaviours = {
      "later@example.org": { kind: "defer" },
      "spam@example.org": { kind: "refuseContent" },
    } as const;
    const smtp = await server({ behaviours, sizeMax: 20_000 });
    const plugin = await host({ port: smtp.port });
    const send = (to: string, text = "y") => failure(plugin.send(email({ to, subject: "x", text })));
    expect(await send("later@example.org")).toMatchObject({
      code: "provider.temporary",
      data: { cause: "provider_down", retry: "later", sent: "no" },
    });
    expect(await send("spam@example.org")).toMatchObject({
      code: "provider.refused",
      data: { retry: "never", sent: "no" },
    });
    expect(await send("ada@example.org", "large ".repeat(10_000))).toMatchObject({
      code: "provider.too_large",
      data: { cause: "too_large", retry: "never", sent: "no" },
    });
    expect(smtp.received()).toEqual([]);
  });

  it("says that a message may have gone out only when the line drops after the whole of it", async () => {
    const smtp = await server({
      behaviours: { "cut@example.org": { kind: "drop" }, "after@example.org": { kind: "dropAfterData" } },
    });
    const plugin = await host({ port: smtp.port });
    const send = (to: string) => failure(plugin.send(email({ to, subject: "x", text: "y" })));
    expect(await send("cut@example.org")).toMatchObject({
      code: "provider.unreachable",
      data: { cause: "network", sent: "no" },
    });
    expect(await send("after@example.org")).toMatchObject({
      code: "provider.unreachable",
      data: { cause: "network", sent: "maybe" },
    });
    expect(await smtp.waitFor(1)).toHaveLength(1);
  });

  it("gives up at the deadline and when it is cancelled", async () => {
    const smtp = await server({ behaviours: { "slow@example.org": { kind: "slow", delayMs: 20_000 } } });
    const plugin = await host({ port: smtp.port });
    const slow = email({ to: "slow@example.org", subject: "x", text: "y" });
    expect(await failure(plugin.send(slow, { deadlineMs: 500 }))).toMatchObject({
      code: "provider.unreachable",
      data: { cause: "timeout", sent: "no" },
    });
    const controller = new AbortController();
    const sending = plugin.send(slow, { signal: controller.signal });
    setTimeout(() => controller.abort(new Error("no longer wanted")), 100);
    await expect(sending).rejects.toThrow("no longer wanted");
  });

  it("checks each step of its setup by itself, and sends only to somebody who was named", async () => {
    const authority = await createCertificateAuthority();
    const certificate = await authority.issue({ names: ["127.0.0.1"] });
    const smtp = await server({ security: "starttls", certificate, users: { clinic: "s3cret-pass" } });
    const good = { port: smtp.port, security: "starttls", ca: authority.certificate, signIn: true, username: "clinic" };
    const plugin = await host({ ...good, password: "s3cret-pass" });
    const rowsOf = async (step: string, settings: object = {}, recipient?: string) => {
      const { rows } = await plugin.checkSetup(
        step,
        { host: "127.0.0.1", ...good, password: "s3cret-pass", from: "clinic@example.org", ...settings },
        recipient === undefined ? {} : { recipient },
      );
      return rows.map(({ id, status, cause, field }) =>
        [id, status, ...(cause === undefined ? [] : [cause, field])].join(" "),
      );
    };
    expect(await rowsOf("server")).toEqual(["greeting passed", "encryption passed"]);
    expect(await rowsOf("server", { ca: "" })).toEqual(["greeting passed", "encryption failed certificate /host"]);
    expect(await rowsOf("server", { security: "tls" })).toEqual([
      "greeting passed",
      "encryption failed configuration /security",
    ]);
    expect(await rowsOf("sign-in", { password: "wrong" })).toEqual(["sign-in failed wrong_credential /password"]);
    expect(await rowsOf("sign-in")).toEqual(["sign-in passed"]);
    expect(await rowsOf("sender")).toEqual(["sender passed"]);
    expect(await rowsOf("try")).toEqual(["greeting", "encryption", "sign-in", "sender"].map((id) => `${id} passed`));
    expect(smtp.received()).toEqual([]);
    expect((await rowsOf("try", {}, "it@example.org")).at(-1)).toBe("send passed");
    expect(await smtp.waitFor(1)).toMatchObject([{ to: ["it@example.org"], tls: true }]);
    const [, encryption] = (await plugin.checkSetup("server")).rows;
    expect(encryption?.detail).toMatch(/^STARTTLS, TLS 1\.3, certificate valid to \d+ \w{3} \d{4}\.$/);
  });

  it("sends a real test message as its live smoke test", async () => {
    const smtp = await server();
    const plugin = await host({ port: smtp.port });
    expect((await plugin.smoke("send", { recipient: "it@example.org" })).rows).toMatchObject([{ status: "passed" }]);
    expect(await smtp.waitFor(1)).toMatchObject([{ to: ["it@example.org"] }]);
    await expect(plugin.smoke("send")).rejects.toThrow("needs a recipient");
  });
});

describe("the SMTP plugin and servers that misbehave", () => {
  it("tells a refused connection from a destination that is not granted", async () => {
    const port = await scripted("220 hi", ok);
    await open.pop()?.close();
    expect(await failure((await host({ port })).send(message))).toMatchObject({
      code: "provider.unreachable",
      data: { cause: "network", retry: "later", sent: "no" },
    });
    expect(await failure((await host({ port }, { grants: [] })).send(message))).toMatchObject({
      code: "provider.unreachable",
      data: { cause: "configuration", retry: "never" },
    });
    expect(await failure((await host({ port }, { privateRanges: [] })).send(message))).toMatchObject({
      code: "provider.unreachable",
      data: { cause: "configuration", retry: "never" },
    });
  });

  it("tells a sender that is refused", async () => {
    const port = await scripted("220 hi", (line) =>
      line.startsWith("MAIL FROM") ? "550 5.7.60 <clinic@example.org> may not send" : ok(line),
    );
    const plugin = await host({ port });
    expect(await failure(plugin.send(message))).toMatchObject({
      code: "provider.sender",
      data: { cause: "sender_not_verified", field: "/from", sent: "no", reply: "550 5.7.60 <[address]> may not send" },
    });
    expect((await plugin.checkSetup("try")).rows).toMatchObject([
      { status: "passed" },
      { status: "passed" },
      { status: "failed", field: "/from" },
    ]);
    expect((await plugin.health()).state).toBe("failing");
  });

  it("tells a used-up quota", async () => {
    const port = await scripted("220 hi", (line) =>
      line.startsWith("MAIL FROM") ? "550 5.4.5 Daily sending quota exceeded" : ok(line),
    );
    expect(await failure((await host({ port })).send(message))).toMatchObject({
      code: "provider.quota",
      data: { cause: "quota", retry: "later" },
    });
  });

  it("tells a server without STARTTLS, and one that is none", async () => {
    const port = await scripted("220 hi", (line) => (line === "STARTTLS" ? "502 what?" : ok(line)));
    expect(await failure((await host({ port, security: "starttls" })).send(message))).toMatchObject({
      data: { field: "/security", cause: "configuration", sent: "no" },
    });
    const closing = await scripted("220 hi", (_line, socket) => void socket.destroy());
    expect(await failure((await host({ port: closing })).send(message))).toMatchObject({
      code: "provider.unreachable",
      data: { sent: "no" },
    });
    const web = await scripted("HTTP/1.1 400 Bad Request", () => undefined);
    expect((await failure((await host({ port: web })).send(message))).data.sent).toBe("no");
  });

  it("tells what a provider should not do, by cause and next step, before anything is sent", async () => {
    const refusing = (command: string, reply: string) =>
      scripted("220 hi", (line) => (line.startsWith(command) ? reply : ok(line)));
    const cases: [string, number, object][] = [
      [
        "a sender not verified",
        await refusing("MAIL FROM", "554 5.7.1 not verified"),
        { id: "sender", cause: "sender_not_verified", field: "/from" },
      ],
      ["a quota", await refusing("MAIL FROM", "452 4.4.5 daily limit"), { id: "sender", cause: "quota" }],
      [
        "a dropped line",
        await scripted("220 hi", (_line, socket) => void socket.destroy()),
        { id: "greeting", cause: "provider_down" },
      ],
      ["no greeting at all", await scripted("554 5.3.2 not today", ok), { id: "greeting" }],
    ];
    for (const [what, port, row] of cases) {
      const plugin = await host({ port });
      const { rows } = await plugin.checkSetup("try");
      const failed = rows.find(({ status }) => status === "failed");
      expect(failed, what).toMatchObject({ fix: expect.stringMatching(/\w/), ...row });
    }
  });

  it("does not wait for ever for a greeting", async () => {
    const port = await scripted(undefined, () => undefined);
    expect(await failure((await host({ port })).send(message, { deadlineMs: 400 }))).toMatchObject({
      code: "provider.unreachable",
      data: { cause: "timeout", sent: "no" },
    });
  });

  it("takes nothing that would become a second command", async () => {
    const seen: string[] = [];
    const port = await scripted("220 hi", (line) => {
      seen.push(line);
      return ok(line);
    });
    const plugin = await host({ port });
    await expect(
      plugin.send(email({ to: "a@example.org>\r\nRCPT TO:<evil@example.org", subject: "x", text: "y" })),
    ).rejects.toMatchObject({ code: "message.invalid" });
    await plugin
      .send(
        email({
          to: "ada@example.org",
          subject: "Hi\r\nBcc: evil@example.org",
          text: "y\r\n.\r\nMAIL FROM:<evil@example.org>",
        }),
        {},
      )
      .catch(() => undefined);
    expect(seen.filter((line) => line.startsWith("RCPT TO"))).not.toContainEqual(expect.stringContaining("evil"));
    expect(seen.filter((line) => line.startsWith("Bcc:"))).toEqual([]);
  });
});
