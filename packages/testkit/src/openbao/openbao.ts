import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { request } from "node:https";
import { createServer, type AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { createTempDir } from "../files/temp-dir.ts";
import { requires } from "../run/requirement.ts";

/** A real OpenBao in memory, with a transit key and an AppRole that may use it and nothing else. */
export interface OpenBao {
  /** `https://127.0.0.1:port` */
  address: string;
  /** PEM of the authority that its certificate is of. */
  authority: string;
  mount: string;
  /** The keys that the role may use. */
  keys: readonly [string, string];
  roleId: string;
  secretId: string;
  /** A token of the same rights. */
  token: string;
  /** Answers 503 to everything until `unseal`. */
  seal(): Promise<void>;
  unseal(): Promise<void>;
  stop(): Promise<void>;
}

const root = "root-of-the-tests";
const startMs = 30_000;
const policy = `path "transit/encrypt/*" { capabilities = ["update"] }
path "transit/decrypt/*" { capabilities = ["update"] }`;

/** Starts one on a free loopback port. Ask `requires("openbao")` first. */
export async function startOpenBao(): Promise<OpenBao> {
  const folder = createTempDir("openbao");
  const port = await freePort();
  const child = spawn(
    requires("openbao").path ?? "bao",
    [
      ...["server", "-dev", "-dev-tls", `-dev-tls-cert-dir=${folder.path}`, "-dev-no-store-token"],
      ...[`-dev-root-token-id=${root}`, `-dev-listen-address=127.0.0.1:${port}`],
    ],
    { stdio: ["ignore", "pipe", "ignore"], env: { PATH: process.env["PATH"], HOME: folder.path } },
  );
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  try {
    const unsealKey = await printed(child, () => output, /Unseal Key: (\S+)/);
    const authorityFile = /(\/\S+ca\.pem)/.exec(output)?.[1] ?? folder.join("vault-ca.pem");
    const authority = readFileSync(authorityFile, "utf8");
    const address = `https://127.0.0.1:${port}`;
    const ask = (method: string, path: string, body?: object): Promise<Record<string, never>> =>
      send(`${address}/v1/${path}`, authority, method, body);
    const { roleId, secretId, token } = await prepare(ask);
    return {
      ...{ address, authority, roleId, secretId, token },
      mount: "transit",
      keys: ["hilum", "other"],
      seal: async () => void (await ask("PUT", "sys/seal")),
      unseal: async () => void (await ask("PUT", "sys/unseal", { key: unsealKey })),
      stop: async () => {
        await end(child);
        folder.remove();
      },
    };
  } catch (error) {
    await end(child);
    folder.remove();
    throw error;
  }
}

type Ask = (method: string, path: string, body?: object) => Promise<Record<string, never>>;

async function prepare(ask: Ask): Promise<{ roleId: string; secretId: string; token: string }> {
  await ask("POST", "sys/mounts/transit", { type: "transit" });
  for (const key of ["hilum", "other"]) await ask("POST", `transit/keys/${key}`, { type: "aes256-gcm96" });
  await ask("PUT", "sys/policies/acl/hilum", { policy });
  await ask("POST", "sys/auth/approle", { type: "approle" });
  await ask("POST", "auth/approle/role/hilum", { token_policies: ["hilum"], token_ttl: "1m" });
  const role = await ask("GET", "auth/approle/role/hilum/role-id");
  const secret = await ask("POST", "auth/approle/role/hilum/secret-id");
  const made = await ask("POST", "auth/token/create", { policies: ["hilum"], no_default_policy: true });
  return {
    roleId: String(role["data"]?.["role_id"]),
    secretId: String(secret["data"]?.["secret_id"]),
    token: String(made["auth"]?.["client_token"]),
  };
}

function send(url: string, ca: string, method: string, body?: object): Promise<Record<string, never>> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, ca, agent: false, headers: { "x-vault-token": root } }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (piece: string) => {
        text += piece;
      });
      answer.on("end", () => {
        if ((answer.statusCode ?? 500) >= 300) reject(new Error(`${url} answered ${answer.statusCode}: ${text}`));
        else resolve(text === "" ? {} : (JSON.parse(text) as Record<string, never>));
      });
    });
    asked.on("error", reject).end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function printed(child: ChildProcess, output: () => string, pattern: RegExp): Promise<string> {
  for (const until = Date.now() + startMs; Date.now() < until;) {
    const found = pattern.exec(output())?.[1];
    if (found !== undefined) return found;
    if (child.exitCode !== null) throw new Error(`OpenBao ended with ${child.exitCode}: ${output()}`);
    await sleep(50);
  }
  throw new Error(`OpenBao did not start: ${output()}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, "close");
  child.kill("SIGKILL");
  await closed;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
