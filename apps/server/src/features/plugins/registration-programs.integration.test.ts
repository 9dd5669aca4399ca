import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { findProgram, noteSkip, requires } from "@hilum/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../../../test-support/test-server.ts";

const run = promisify(execFile);
const examples = fileURLToPath(new URL("../../../../../examples/register/", import.meta.url));
const python = requires("python3");
const curl = findProgram("curl");
if (curl === undefined) noteSkip({ name: "curl", reason: "curl is not installed", enable: "apt-get install curl" });

/** The three ways in which somebody registers a plugin, as they stand in the documentation. */
describe("programs that register a plugin", () => {
  let server: TestServer;
  let env: NodeJS.ProcessEnv;
  beforeAll(async () => {
    server = await startTestServer();
    await server.as("administrator");
    const ca = join(server.dataDir, "tls", "ca.pem");
    env = {
      PATH: process.env["PATH"],
      HILUM_URL: server.origin,
      HILUM_CA: ca,
      SSL_CERT_FILE: ca,
      NODE_EXTRA_CA_CERTS: ca,
      CURL_CA_BUNDLE: ca,
    };
  });
  afterAll(() => server.close());

  const forget = async (): Promise<void> => {
    const administrator = await server.as("administrator");
    for (const { id } of (await administrator.ok("listRegistrations")).items)
      await administrator.ok("rejectRegistration", { params: { registration: id }, body: { reason: "Next test" } });
  };
  const waits = async (): Promise<string[]> => {
    const { items } = await (await server.as("administrator")).ok("listRegistrations");
    return items.map(({ plugin, review }) => `${plugin}: ${review.capabilities.map(({ name }) => name).join(" ")}`);
  };

  it.skipIf(!python.available)("Python, with its standard library alone", async () => {
    expect(existsSync(join(examples, "register.py"))).toBe(true);
    const { stdout } = await run(python.path ?? "", [join(examples, "register.py")], { env });
    expect(stdout).not.toBe("");
    expect(await waits()).toEqual(["com.example.plugin: send_messages store_records"]);
    await forget();
  });

  it("Node, with register() of the SDK", async () => {
    expect(existsSync(join(examples, "register.ts"))).toBe(true);
    const { stdout } = await run(process.execPath, [join(examples, "register.ts")], { env });
    expect(stdout).not.toBe("");
    expect(await waits()).toEqual(["com.example.plugin: send_messages store_records"]);
    await forget();
  });

  it.skipIf(curl === undefined)("curl, word for word but for the port", async () => {
    const command = `curl -X POST -H "Content-Type: application/json" -d '{"id":"com.example.plugin","name":"Example Plugin","capabilities":["send_messages"]}' https://localhost:8443/api/v1/plugins/register`;
    const { stdout } = await run("/bin/sh", ["-c", command.replace("8443", String(server.port))], { env });
    expect(JSON.parse(stdout)).toMatchObject({ outcome: "awaiting_approval" });
    expect(await waits()).toEqual(["com.example.plugin: send_messages"]);
    await forget();
    const untrusted = await run("/bin/sh", ["-c", command.replace("8443", String(server.port))], {
      env: { PATH: env["PATH"] },
    }).catch((error: { code: number }) => error);
    expect(untrusted).toMatchObject({ code: 60 });
  });
});
