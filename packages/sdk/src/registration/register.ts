import { parseManifest, type Problem } from "@hilum/contract";
import { isCertificateError } from "../lanes/egress.ts";
import { postJson, type Answer } from "./http.ts";

export interface RegisterOptions {
  /** Default: `HILUM_URL` of the environment, else https://localhost:8443. */
  url?: string;
  /** An operator's token. Without one, on the same machine, the plugin waits in the console for approval. */
  token?: string;
  /** PEM of the platform's certificate authority, where the machine does not trust it. */
  ca?: string;
  /** Replaces the network, for programs that bring their own. `ca` is then theirs to handle. */
  fetch?: typeof fetch;
}

export type Registration =
  | {
      outcome: "registered" | "unchanged" | "revision_waits";
      plugin: string;
      instance: string;
      next: string | null;
      console: string;
    }
  | { outcome: "awaiting_approval"; registration: string; expiresAt: string; message: string; console: string };

/** Why a plugin was not registered: `status` is the HTTP status, 0 where there was no answer. */
export class RegistrationError extends Error {
  readonly status: number;
  /** Code of the error catalogue, or that of the network's error. */
  readonly code: string;
  readonly problems: readonly Problem[];
  constructor(
    message: string,
    details: { status: number; code: string; problems?: readonly Problem[]; cause?: unknown },
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "RegistrationError";
    this.status = details.status;
    this.code = details.code;
    this.problems = details.problems ?? [];
  }
}

/**
 * Registers a plugin with a running Hilum: the manifest is an object (or the text of `hilum.json`). A wrong manifest is
 * refused before anything is sent. The same manifest again changes nothing.
 */
export async function register(manifest: unknown, options: RegisterOptions = {}): Promise<Registration> {
  const parsed = parseManifest(manifest);
  if (!parsed.ok)
    throw new RegistrationError(explain("The manifest is not valid", parsed.problems), {
      status: 0,
      code: parsed.code,
      problems: parsed.problems,
    });
  const base = options.url ?? process.env["HILUM_URL"] ?? "https://localhost:8443";
  if (!URL.canParse(base) || new URL(base).protocol !== "https:")
    throw new RegistrationError(`${base} is not an https address`, { status: 0, code: "config.invalid" });
  const url = new URL("/api/v1/plugins/register", base);
  const answer = await post(url, parsed.manifest, options);
  if (answer.status >= 200 && answer.status < 300) return answer.body as Registration;
  throw refusal(answer, url);
}

async function post(url: URL, manifest: unknown, { token, ca, fetch: ownFetch }: RegisterOptions): Promise<Answer> {
  try {
    if (ownFetch === undefined) return await postJson(url, manifest, { token, ca });
    const headers = {
      "content-type": "application/json",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const response = await ownFetch(url, { method: "POST", headers, body: JSON.stringify(manifest) });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  } catch (error) {
    throw networkFailure(error, url);
  }
}

/** `fetch` hides the network's error in its cause. */
function networkFailure(error: unknown, url: URL): RegistrationError {
  const inner = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const code = typeof inner === "object" && inner !== null && "code" in inner ? String(inner.code) : "network";
  return new RegistrationError(explainNetwork(code, isCertificateError(inner), url), { status: 0, code, cause: error });
}

function explainNetwork(code: string, certificate: boolean, { origin, host }: URL): string {
  if (certificate)
    return `The certificate of ${origin} is not trusted (${code}). Hilum makes its own certificate authority at first start and prints where it lies: pass its PEM as \`ca\`, or start the program with NODE_EXTRA_CA_CERTS set to that file.`;
  if (code === "ECONNREFUSED")
    return `Nothing listens at ${host}. Start Hilum with \`npm start\`, or pass its address as \`url\`.`;
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return `The name of ${host} is not known here. Correct \`url\`.`;
  return `${origin} cannot be reached (${code}). Check address, network and that it speaks https.`;
}

function refusal({ status, body }: Answer, { origin }: URL): RegistrationError {
  const code = typeof body["code"] === "string" ? body["code"] : `http.${status}`;
  const problems = Array.isArray(body["problems"]) ? (body["problems"] as Problem[]) : [];
  const detail =
    typeof body["detail"] === "string"
      ? body["detail"]
      : `${origin} answered with status ${status}, which is not Hilum's`;
  const fix = typeof body["fix"] === "string" ? ` ${body["fix"]}` : "";
  const token =
    status === 401
      ? " Pass an operator's token as `token`: without one, only a program on the same machine may ask."
      : "";
  const request = typeof body["requestId"] === "string" ? ` (request ${body["requestId"]})` : "";
  return new RegistrationError(`${explain(detail, problems)}${fix}${token}${request}`, { status, code, problems });
}

function explain(title: string, problems: readonly Problem[]): string {
  const places = problems.map(
    ({ pointer, line, message, fix }) =>
      `${pointer === "" ? "the manifest" : pointer}${line === undefined ? "" : ` (line ${line})`}: ${message}.${fix === undefined ? "" : ` ${fix}`}`,
  );
  return [`${title}.`, ...places].join("\n  ");
}
