import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:https";
import { statSync, writeFileSync } from "node:fs";
import { createServer as createTlsServer } from "node:tls";
import { fileURLToPath } from "node:url";
import { protocolVersion, wireLimits } from "@hilum/contract";
import { startTestEgress, type Peer } from "@hilum/sdk/testing";
import {
  createCertificateAuthority,
  createTempDir,
  requires,
  type CertificateAuthority,
  type TempDir,
} from "@hilum/testkit";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startRemotePlatform, type RemotePlatform } from "./remote-platform.ts";

const sdk = fileURLToPath(new URL("../../../sdks/python/src", import.meta.url));
const program = fileURLToPath(new URL("remote_plugin.py", import.meta.url));
const { available, path: python = "python3" } = requires("python3");
const environment = { PATH: process.env["PATH"], PYTHONPATH: sdk, PYTHONDONTWRITEBYTECODE: "1", LANG: "C.UTF-8" };

let authority: CertificateAuthority;
let folder: TempDir;
let platform: RemotePlatform;
let child: ChildProcess | undefined;
let said = "";

beforeAll(async () => {
  authority = await createCertificateAuthority();
});
beforeEach(async () => {
  folder = createTempDir("remote-python");
  platform = await startRemotePlatform(authority);
  said = "";
});
afterEach(async () => {
  if (child !== undefined && child.exitCode === null && child.signalCode === null) {
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  platform.close();
  folder.remove();
});

function start(...code: string[]): ChildProcess {
  child = spawn(python, [program, folder.join("link.json"), ...code], { env: environment });
  child.stdout?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  return child;
}
const meta = { call: "c", deadlineMs: 5000, hops: 0 };
const initialize = (peer: Peer): Promise<unknown> =>
  peer.request("initialize", {
    ...{ meta, protocol: protocolVersion, plugin: "com.example.remote", instance: "default", settings: {} },
    ...{ grants: [], hooks: {}, secretsHeld: [], limits: wireLimits, testMode: false },
  });

describe.skipIf(!available)("a remote plugin in Python", () => {
  it("enrols once, keeps its key to itself, connects, and serves messages that come in fragments", async () => {
    const connected = platform.next();
    start(platform.code);
    const host = await connected;
    expect(await initialize(host)).toMatchObject({ protocol: "1", methods: expect.arrayContaining(["messages.send"]) });
    const message = { meta, message: {}, attempt: 1, idempotencyKey: "k1", attachments: [] };
    expect(await host.request("messages.send", message)).toEqual({
      ...{ outcome: "accepted", providerId: "k1", reply: "700000" },
    });
    expect(statSync(folder.join("link.json")).mode & 0o777).toBe(0o600);
  });

  it("comes back with a fresh token when the link breaks, and stops for good when it is revoked", async () => {
    const first = platform.next();
    const running = start(platform.code);
    const peer = await first;
    const second = platform.next();
    peer.close();
    const again = await second;
    await initialize(again);
    expect(new Set(platform.tokens).size).toBe(2);
    platform.revoked = true;
    const ended = once(running, "exit");
    again.close();
    expect(await ended).toEqual([0, null]);
    expect(said).toMatch(/connected\nwaiting\nconnecting\nconnected\nwaiting\nconnecting\nrevoked\n$/);
  });

  it("threat 20, 47: ends the link on a message that is no frame, and comes back", async () => {
    const first = platform.next();
    start(platform.code);
    const peer = await first;
    const second = platform.next();
    peer.notify("x", { deep: Array.from({ length: 100 }).reduce<unknown>((inner) => [inner], 1) as object });
    expect(await initialize(await second)).toMatchObject({ protocol: "1" });
  });
});

const runProgram = async (source: string, ...args: string[]): Promise<string> => {
  const running = spawn(python, ["-c", source, ...args], { env: environment });
  let output = "";
  for (const stream of [running.stdout, running.stderr])
    stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  await once(running, "close");
  return output;
};

describe.skipIf(!available)("the network of the Python SDK", () => {
  it("registers a manifest, and explains a certificate that is not trusted and a refusal", async () => {
    const { certificate, key } = await authority.issue({ names: ["localhost"] });
    const bodies: unknown[] = [];
    const server = createServer({ cert: certificate, key }, (request, response) => {
      let text = "";
      request.on("data", (chunk: Buffer) => (text += chunk.toString()));
      request.on("end", () => {
        bodies.push([request.url, request.headers.authorization, JSON.parse(text)]);
        const refused = request.headers.authorization === undefined;
        const answer = refused ? { code: "request.unauthenticated", detail: "Who asks?" } : { outcome: "registered" };
        response.writeHead(refused ? 401 : 201, { "content-type": "application/json" }).end(JSON.stringify(answer));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `https://localhost:${(server.address() as { port: number }).port}`;
    writeFileSync(folder.join("ca.pem"), authority.certificate);
    const source = `
import asyncio, sys
from hilum import RegistrationError, register
url, ca = sys.argv[1], open(sys.argv[2]).read()
manifest = {"id": "com.example.plugin", "name": "Example", "capabilities": ["send_messages"]}
async def main():
    print((await register(manifest, url=url, ca=ca, token="t0ken"))["outcome"])
    for options in ({"url": url}, {"url": url, "ca": ca}, {"url": "http://x"}, {"url": "https://localhost:1"}):
        try:
            await register(manifest, **options)
        except RegistrationError as error:
            print(error.status, error.code, str(error).replace("\\n", " "))
    try:
        await register({**manifest, "capabilities": ["send_mesages"]}, url=url)
    except RegistrationError as error:
        print(error.problems[0]["fix"])
asyncio.run(main())
`;
    const lines = (await runProgram(source, url, folder.join("ca.pem"))).trimEnd().split("\n");
    server.close();
    expect(bodies[0]).toEqual([
      "/api/v1/plugins/register",
      "Bearer t0ken",
      { id: "com.example.plugin", name: "Example", capabilities: ["send_messages"] },
    ]);
    expect(lines).toEqual([
      "registered",
      expect.stringMatching(/^0 SSLCertVerificationError .*SSL_CERT_FILE/),
      expect.stringMatching(/^401 request\.unauthenticated Who asks\?.*Pass an operator's token/),
      expect.stringContaining("not an https address"),
      expect.stringContaining("Nothing listens"),
      "Did you mean `send_messages`?",
    ]);
  });

  it("speaks TLS through the tunnel, and refuses a certificate of another name", async () => {
    const { certificate, key } = await authority.issue({ names: ["localhost"] });
    const server = createTlsServer({ cert: certificate, key }, (socket) => socket.end("220 over TLS\r\n"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const egress = await startTestEgress({ allows: () => true, privateRanges: ["127.0.0.0/8", "::1/128"] });
    writeFileSync(folder.join("ca.pem"), authority.certificate);
    const source = `
import asyncio, ssl, sys
from hilum import EgressError
from hilum.lanes.egress import connect_through_tunnel
path, ca, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
async def main():
    trusted = ssl.create_default_context(cafile=ca)
    reader, writer = await connect_through_tunnel(path, "localhost", port, tls=trusted)
    print((await reader.read()).decode().strip())
    writer.close()
    for host, tls in (("127.0.0.1", trusted), ("localhost", True), ("localhost", ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))):
        try:
            await connect_through_tunnel(path, host, port, tls=tls)
        except EgressError as error:
            print(error.reason, error.code)
asyncio.run(main())
`;
    const output = await runProgram(source, egress.socketPath, folder.join("ca.pem"), String(port));
    await egress.close();
    server.close();
    const refused = "certificate provider.certificate";
    expect(output.trimEnd().split("\n")).toEqual(["220 over TLS", refused, refused, refused]);
  });

  it("says who starts a plugin when a person does", () => {
    const { stderr, status } = spawnSync(python, ["-c", "from hilum import *; serve(define_plugin())"], {
      ...{ env: environment, stdio: ["ignore", "ignore", "pipe"], encoding: "utf8" },
    });
    expect(status).toBe(1);
    expect(stderr).toContain("Hilum starts it");
  });
});
