import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createCertificateAuthority, createTempDir, requires } from "@hilum/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const python = requires("python3");
const folder = createTempDir("register");
const received: unknown[] = [];
let server: Server;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  const authority = await createCertificateAuthority();
  const { certificate, key } = await authority.issue({ names: ["localhost"] });
  writeFileSync(folder.join("ca.pem"), authority.certificate);
  server = createServer({ cert: certificate, key }, (request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => {
      received.push([request.method, request.url, JSON.parse(text)]);
      response.writeHead(202, { "content-type": "application/json" }).end('{"outcome":"awaiting_approval"}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  env = {
    PATH: process.env["PATH"],
    HILUM_URL: `https://localhost:${(server.address() as { port: number }).port}`,
    HILUM_CA: folder.join("ca.pem"),
  };
});
afterAll(() => {
  server.close();
  folder.remove();
});

const run = (program: string, file: string): Promise<{ stdout: string }> =>
  promisify(execFile)(program, [file], { cwd: fileURLToPath(new URL(".", import.meta.url)), env });
const request = [
  "POST",
  "/api/v1/plugins/register",
  { id: "com.example.plugin", name: "Example Plugin", capabilities: ["send_messages", "store_records"] },
];

describe("the registration examples", () => {
  it("register from Node", async () => {
    const { stdout } = await run(process.execPath, "register.ts");
    expect(stdout).toContain("awaiting_approval");
    expect(received.splice(0)).toEqual([request]);
  });

  it.skipIf(!python.available)("register from Python with nothing but the standard library", async () => {
    const { stdout } = await run(python.path ?? "python3", "register.py");
    expect(stdout).toContain("202");
    expect(received.splice(0)).toEqual([request]);
  });
});
