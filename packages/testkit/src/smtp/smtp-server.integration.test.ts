import { once } from "node:events";
import { connect as connectPlain, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import { createCertificateAuthority } from "../certificates/certificate-authority.ts";
import { requires } from "../run/requirement.ts";
import { startSmtpServer, type SmtpServer, type SmtpServerOptions } from "./smtp-server.ts";

/** Speaks SMTP line by line: the fixture is judged from the wire, not through a mail library. */
async function dialogue(socket: Socket, lines: readonly string[]): Promise<string[]> {
  const replies = [await reply(socket)];
  for (const line of lines) {
    socket.write(`${line}\r\n`);
    replies.push(await reply(socket));
  }
  return replies;
}

/** The next whole reply; a multi-line one ends with the line that has a blank after its code (RFC 5321 4.2.1). */
function reply(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    const onData = (chunk: Buffer): void => {
      text += chunk.toString();
      if (/^\d{3} .*\r\n$/m.test(text)) finish(text.trim());
    };
    const onClose = (): void => finish("closed");
    const finish = (answer: string): void => {
      socket.off("data", onData).off("close", onClose).off("error", onClose);
      resolve(answer);
    };
    socket.on("data", onData).on("close", onClose).on("error", onClose);
  });
}

const mail = (to: string): string[] => [
  "HELO test",
  "MAIL FROM:<clinic@example.org>",
  `RCPT TO:<${to}>`,
  "DATA",
  "Subject: Hi\r\n\r\nHello\r\n.",
];

describe.skipIf(!requires("aiosmtpd").available)("the SMTP server", () => {
  let server: SmtpServer | undefined;
  afterEach(() => server?.stop());

  async function open(options: SmtpServerOptions = {}): Promise<Socket> {
    server = await startSmtpServer(options);
    return connectPlain(server.port, server.host);
  }

  it("hands over what it received", async () => {
    const socket = await open();
    const replies = await dialogue(socket, mail("ada@example.org"));
    expect(replies.at(-1)).toMatch(/^250/);
    const [received] = (await server?.waitFor(1)) ?? [];
    expect(received).toMatchObject({ from: "clinic@example.org", to: ["ada@example.org"], tls: false, user: null });
    expect(received?.content).toBe("Subject: Hi\r\n\r\nHello\r\n");
  });

  it("refuses, defers and drops by recipient", async () => {
    const behaviours = {
      "no@example.org": { kind: "refuse" },
      "later@example.org": { kind: "defer" },
      "cut@example.org": { kind: "drop" },
    } as const;
    const socket = await open({ behaviours });
    const replies = await dialogue(socket, [
      "HELO test",
      "MAIL FROM:<a@example.org>",
      "RCPT TO:<no@example.org>",
      "RCPT TO:<later@example.org>",
      "RCPT TO:<cut@example.org>",
    ]);
    expect(replies.slice(3)).toEqual([expect.stringMatching(/^550/), expect.stringMatching(/^451/), "closed"]);
    expect(server?.received()).toEqual([]);
  });

  it("keeps a mail whose reply it then loses", async () => {
    const socket = await open({ behaviours: { "cut@example.org": { kind: "dropAfterData" } } });
    const replies = await dialogue(socket, mail("cut@example.org"));
    expect(replies.at(-1)).toBe("closed");
    expect(await server?.waitFor(1)).toHaveLength(1);
  });

  it("answers late when told to", async () => {
    const socket = await open({ behaviours: { "slow@example.org": { kind: "slow", delayMs: 200 } } });
    const startedAt = performance.now();
    await dialogue(socket, mail("slow@example.org"));
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(195);
  });

  it("refuses a mail above its size limit with 552", async () => {
    const socket = await open({ sizeMax: 1024 });
    const replies = await dialogue(socket, [
      ...mail("ada@example.org").slice(0, -1),
      `${"x".repeat(60)}\r\n`.repeat(40) + ".",
    ]);
    expect(replies.at(-1)).toMatch(/^552/);
  });

  it("asks for TLS and a known user before it takes mail", async () => {
    const authority = await createCertificateAuthority();
    const certificate = await authority.issue({ names: ["mail.test"] });
    const plain = await open({ security: "starttls", certificate, users: { clinic: "right" } });
    const opening = await dialogue(plain, ["EHLO test", "MAIL FROM:<a@example.org>", "STARTTLS"]);
    expect(opening[2]).toMatch(/^530/);
    expect(opening[3]).toMatch(/^220/);
    const secure = connectTls({ socket: plain, ca: authority.certificate, servername: "mail.test" });
    await once(secure, "secureConnect");
    const login = (password: string): string => `AUTH PLAIN ${Buffer.from(`\0clinic\0${password}`).toString("base64")}`;
    secure.write("EHLO test\r\n");
    await reply(secure);
    secure.write("MAIL FROM:<a@example.org>\r\n");
    expect(await reply(secure)).toMatch(/^530/);
    secure.write(`${login("wrong")}\r\n`);
    expect(await reply(secure)).toMatch(/^535/);
    secure.write(`${login("right")}\r\n`);
    expect(await reply(secure)).toMatch(/^235/);
    for (const line of mail("ada@example.org").slice(1)) {
      secure.write(`${line}\r\n`);
      await reply(secure);
    }
    expect(await server?.waitFor(1)).toMatchObject([{ tls: true, user: "clinic" }]);
  });

  it("speaks TLS from the first byte", async () => {
    const authority = await createCertificateAuthority();
    const certificate = await authority.issue({ names: ["mail.test"] });
    server = await startSmtpServer({ security: "tls", certificate });
    const socket = connectTls({
      port: server.port,
      host: server.host,
      ca: authority.certificate,
      servername: "mail.test",
    });
    const replies = await dialogue(socket, mail("ada@example.org"));
    expect(replies.at(-1)).toMatch(/^250/);
    expect(await server.waitFor(1)).toMatchObject([{ tls: true }]);
  });
});
