import { request as requestPlain } from "node:http";
import { request as requestSecure } from "node:https";
import { HilumError } from "@hilum/contract/errors";

/** A named key of the transit engine of Vault or OpenBao, and how to prove who asks. */
export interface TransitKey {
  kind: "transit";
  /** Origin, e.g. `https://vault.example.org:8200`. */
  address: string;
  mount: string;
  key: string;
  namespace?: string;
  /** PEM, beside the public authorities. */
  authority?: string;
  signIn: { kind: "token"; token: string } | { kind: "approle"; roleId: string; secretId: string };
}

export interface TransitClient {
  /** Answers the ciphertext as the server writes it, `vault:v1:...`. `context` is authenticated with it. */
  encrypt(plaintext: Uint8Array, context: string): Promise<string>;
  decrypt(ciphertext: string, context: string): Promise<Buffer>;
}

const timeoutMs = 10_000;
const answerBytesMax = 64 * 1024;

/**
 * The part of the HTTP API of Vault and OpenBao that is needed: `transit/encrypt`, `transit/decrypt`, and the sign-in with
 * an AppRole (https://openbao.org/api-docs/secret/transit/). Each call signs in anew: there are few, and no token has to
 * be kept alive. Throws `key.provider_unreachable` and `key.provider_refused`.
 */
export function createTransitClient(key: TransitKey): TransitClient {
  const { mount, key: name } = key;
  const pathOf = (act: "encrypt" | "decrypt"): string => `/v1/${mount}/${act}/${encodeURIComponent(name)}`;
  const ask = async (act: "encrypt" | "decrypt", body: Record<string, string>, context: string): Promise<unknown> => {
    const token = key.signIn.kind === "token" ? key.signIn.token : await signIn(key, key.signIn);
    const associated = Buffer.from(context, "utf8").toString("base64");
    return send(key, pathOf(act), { ...body, associated_data: associated }, token);
  };
  return {
    encrypt: async (plaintext, context) =>
      textAt(
        await ask("encrypt", { plaintext: Buffer.from(plaintext).toString("base64") }, context),
        ["data", "ciphertext"],
        key,
      ),
    decrypt: async (ciphertext, context) =>
      Buffer.from(textAt(await ask("decrypt", { ciphertext }, context), ["data", "plaintext"], key), "base64"),
  };
}

async function signIn(key: TransitKey, { roleId, secretId }: { roleId: string; secretId: string }): Promise<string> {
  const answer = await send(key, "/v1/auth/approle/login", { role_id: roleId, secret_id: secretId });
  return textAt(answer, ["auth", "client_token"], key);
}

async function send(key: TransitKey, path: string, body: object, token?: string): Promise<unknown> {
  const headers = {
    "content-type": "application/json",
    "x-vault-request": "true",
    ...(token === undefined ? {} : { "x-vault-token": token }),
    ...(key.namespace === undefined ? {} : { "x-vault-namespace": key.namespace }),
  };
  const { status, text } = await post(key, path, JSON.stringify(body), headers);
  if (status === 200) return parse(text, key);
  const said = firstError(text);
  if (status === 429 || status >= 500)
    throw unreachable(key, said === undefined ? `it answered ${status}` : `it answered ${status}: ${said}`);
  throw new HilumError("key.provider_refused", {
    detail: `The key server ${key.address} answered ${status} for ${path}${said === undefined ? "" : `: ${said}`}.`,
  });
}

function post(
  key: TransitKey,
  path: string,
  body: string,
  headers: Record<string, string>,
): Promise<{ status: number; text: string }> {
  const url = new URL(path, key.address);
  const options = {
    method: "POST",
    headers: { ...headers, "content-length": String(Buffer.byteLength(body)) },
    signal: AbortSignal.timeout(timeoutMs),
    agent: false as const,
    ...(key.authority === undefined ? {} : { ca: key.authority }),
  };
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown): void => reject(unreachable(key, describe(cause), cause));
    const asked = (url.protocol === "https:" ? requestSecure : requestPlain)(url, options, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (piece: string) => {
        text += piece;
        if (text.length > answerBytesMax) answer.destroy(new Error("its answer is too long"));
      });
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text }));
      answer.on("error", fail);
    });
    asked.on("error", fail);
    asked.end(body);
  });
}

function parse(text: string, key: TransitKey): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unreachable(key, "its answer is no JSON");
  }
}

/** Vault says `{"errors": ["..."]}`; what it says names paths and policies, never a key. */
function firstError(text: string): string | undefined {
  try {
    const { errors } = JSON.parse(text) as { errors?: unknown };
    const [first] = Array.isArray(errors) ? (errors as unknown[]) : [];
    return typeof first === "string" ? first.replaceAll(/\s+/g, " ").trim().slice(0, 200) : undefined;
  } catch {
    return undefined;
  }
}

function textAt(answer: unknown, path: readonly string[], key: TransitKey): string {
  let value = answer;
  for (const name of path) value = (value as Record<string, unknown> | null | undefined)?.[name];
  if (typeof value !== "string") throw unreachable(key, `its answer lacks ${path.join(".")}`);
  return value;
}

function describe(cause: unknown): string {
  if (!(cause instanceof Error)) return "the connection broke";
  if (cause.name === "TimeoutError" || cause.name === "AbortError") return "it did not answer within ten seconds";
  return "code" in cause && typeof cause.code === "string" ? cause.code : cause.message;
}

function unreachable({ address }: TransitKey, why: string, cause?: unknown): HilumError {
  return new HilumError("key.provider_unreachable", { detail: `The key server ${address}: ${why}.`, cause });
}
