import type { RequestListener } from "node:http";
import { createServer, type Server } from "node:https";
import { createCertificateAuthority, type CertificateAuthority } from "@hilum/testkit";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { register, RegistrationError } from "./register.ts";

const manifest = { id: "com.example.plugin", name: "Example Plugin", capabilities: ["send_messages", "store_records"] };
let authority: CertificateAuthority;
let server: Server | undefined;

beforeAll(async () => {
  authority = await createCertificateAuthority();
});
afterEach(() => void server?.close());

async function listen(answer: RequestListener): Promise<string> {
  const { certificate, key } = await authority.issue({ names: ["localhost"] });
  server = createServer({ cert: certificate, key }, answer);
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return `https://localhost:${(server.address() as { port: number }).port}`;
}
function answerWith(status: number, body: object): RequestListener {
  return (_request, response) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
async function failure(promise: Promise<unknown>): Promise<RegistrationError> {
  const error: unknown = await promise.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(RegistrationError);
  return error as RegistrationError;
}

describe("register", () => {
  it("posts the very object and hands back the answer", async () => {
    const seen: unknown[] = [];
    const url = await listen((request, response) => {
      let text = "";
      request.on("data", (chunk: Buffer) => (text += chunk.toString()));
      request.on("end", () => {
        seen.push(
          request.method,
          request.url,
          request.headers.authorization,
          request.headers["content-type"],
          JSON.parse(text),
        );
        answerWith(201, {
          outcome: "registered",
          plugin: manifest.id,
          instance: "default",
          next: "code",
          console: "/plugins",
        })(request, response);
      });
    });
    expect(await register(manifest, { url, ca: authority.certificate, token: "t0ken" })).toMatchObject({
      outcome: "registered",
    });
    expect(seen).toEqual(["POST", "/api/v1/plugins/register", "Bearer t0ken", "application/json", manifest]);
  });

  it("explains a certificate that is not trusted", async () => {
    const error = await failure(register(manifest, { url: await listen(answerWith(201, {})) }));
    expect(error.message).toContain("NODE_EXTRA_CA_CERTS");
    expect(error.status).toBe(0);
  });

  it("explains that nothing listens", async () => {
    const url = await listen(answerWith(201, {}));
    await new Promise((resolve) => server?.close(resolve));
    expect((await failure(register(manifest, { url }))).message).toContain("Nothing listens");
  });

  it("passes on what the platform says, places and request included", async () => {
    const problem = {
      code: "manifest.id_confusable",
      detail: "The id looks like com.exampie.plugin",
      fix: "Choose another.",
      requestId: "01KA",
      problems: [{ pointer: "/id", message: "looks like another" }],
    };
    const error = await failure(
      register(manifest, { url: await listen(answerWith(409, problem)), ca: authority.certificate }),
    );
    expect(error).toMatchObject({ status: 409, code: "manifest.id_confusable", problems: [{ pointer: "/id" }] });
    expect(error.message).toMatch(/looks like com\.exampie\.plugin[\s\S]*\/id[\s\S]*Choose another[\s\S]*01KA/);
    const unauthorized = await failure(
      register(manifest, { url: await listen(answerWith(401, {})), ca: authority.certificate }),
    );
    expect(unauthorized.message).toContain("token");
  });

  it("refuses a wrong manifest before anything is sent", async () => {
    const error = await failure(
      register({ ...manifest, capabilities: ["send_mesages"] }, { url: "https://localhost:1" }),
    );
    expect(error.message).toContain("Did you mean `send_messages`?");
    expect((await failure(register(manifest, { url: "http://localhost:1" }))).message).toContain(
      "not an https address",
    );
  });

  it("uses a fetch that is handed in", async () => {
    const own = async (): Promise<Response> => Response.json({ outcome: "awaiting_approval" }, { status: 202 });
    expect(await register(manifest, { fetch: own })).toEqual({ outcome: "awaiting_approval" });
    const broken = (): Promise<Response> =>
      Promise.reject(new TypeError("fetch failed", { cause: { code: "SELF_SIGNED_CERT_IN_CHAIN" } }));
    expect((await failure(register(manifest, { fetch: broken }))).message).toContain("not trusted");
  });
});
