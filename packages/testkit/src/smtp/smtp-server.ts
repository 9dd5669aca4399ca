import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { IssuedCertificate } from "../certificates/certificate-authority.ts";
import { createTempDir } from "../files/temp-dir.ts";
import { findPython } from "../run/programs.ts";

/** What the server does with a recipient. `reply` is an SMTP reply line, such as `550 5.1.1 no such mailbox`. */
export type RecipientBehaviour =
  | { kind: "refuse" | "defer" | "refuseContent"; reply?: string }
  /** Cuts the connection at RCPT, or after the mail was taken but before the reply. */
  | { kind: "drop" | "dropAfterData" }
  | { kind: "slow"; delayMs: number };

export interface SmtpServerOptions {
  /** `starttls` and `tls` need `certificate`. Defaults to `none`. */
  security?: "none" | "starttls" | "tls";
  certificate?: IssuedCertificate;
  /** With `starttls`: refuse mail before STARTTLS. Defaults to true. */
  requireTls?: boolean;
  /** Name -> password. Where given, AUTH is required. */
  users?: Readonly<Record<string, string>>;
  /** Bytes; a larger mail is refused with 552. */
  sizeMax?: number;
  /** By recipient address, in lower case. Others are accepted. */
  behaviours?: Readonly<Record<string, RecipientBehaviour>>;
  /** A port that was this server's before, to come back after `stop()`. */
  port?: number;
}

export interface ReceivedMail {
  from: string;
  to: string[];
  /** The message as it was sent (RFC 5322), without dot-stuffing. */
  content: string;
  tls: boolean;
  user: string | null;
  helo: string;
}

export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  /** What has been accepted so far, oldest first. */
  received(): ReceivedMail[];
  /** Resolves when `count` mails have been accepted; rejects after `timeoutMs`. */
  waitFor(count: number, timeoutMs?: number): Promise<ReceivedMail[]>;
  stop(): Promise<void>;
}

const pollMs = 20;

/** Starts aiosmtpd on a loopback port. Ask `requires("aiosmtpd")` first. */
export async function startSmtpServer(options: SmtpServerOptions = {}): Promise<SmtpServer> {
  const python = findPython("aiosmtpd");
  if (python === undefined) throw new Error("Python's aiosmtpd is not installed");
  const folder = createTempDir("smtp");
  const mailFile = folder.join("mail.jsonl");
  const { certificate, ...rest } = options;
  const files = certificate === undefined ? {} : writeCertificate(folder.path, certificate);
  const script = fileURLToPath(new URL("smtp-server.py", import.meta.url));
  const child = spawn(python, ["-I", script, JSON.stringify({ ...rest, ...files, mailFile })], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  const complaints: string[] = [];
  child.stderr.setEncoding("utf8").on("data", (text: string) => complaints.push(text));

  const port = await Promise.race([
    once(createInterface({ input: child.stdout }), "line").then(([line]) => readPort(String(line))),
    once(child, "close").then(() => {
      folder.remove();
      throw new Error(`the SMTP server did not start: ${complaints.join("")}`);
    }),
  ]);

  const received = (): ReceivedMail[] => (existsSync(mailFile) ? readMails(mailFile) : []);
  return {
    host: "127.0.0.1",
    port,
    received,
    waitFor: async (count, timeoutMs = 10_000) => {
      const deadline = Date.now() + timeoutMs;
      for (let mails = received(); ; mails = received()) {
        if (mails.length >= count) return mails;
        if (Date.now() > deadline) throw new Error(`${mails.length} of ${count} mails arrived in ${timeoutMs} ms`);
        await sleep(pollMs);
      }
    },
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        const closed = once(child, "close");
        child.kill("SIGKILL");
        await closed;
      }
      folder.remove();
    },
  };
}

function writeCertificate(
  folder: string,
  { certificate, key }: IssuedCertificate,
): { certificateFile: string; keyFile: string } {
  const files = { certificateFile: `${folder}/certificate.pem`, keyFile: `${folder}/key.pem` };
  writeFileSync(files.certificateFile, certificate);
  writeFileSync(files.keyFile, key, { mode: 0o600 });
  return files;
}

function readPort(line: string): number {
  return (JSON.parse(line) as { port: number }).port;
}

/** Reads whole lines only: the last one may still be on its way. */
function readMails(mailFile: string): ReceivedMail[] {
  const lines = readFileSync(mailFile, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => {
    const mail = JSON.parse(line) as ReceivedMail;
    return { ...mail, content: Buffer.from(mail.content, "base64").toString("utf8") };
  });
}
