import { once } from "node:events";
import https from "node:https";
import { connect, createServer, type AddressInfo } from "node:net";
import { createTempDir } from "@hilum/testkit";
import { afterEach, expect, it, vi } from "vitest";
import { startLocalProxy } from "./local-proxy.ts";

const folder = createTempDir("local-proxy");
const path = folder.join("egress.sock");
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

it("is for the sandbox alone: a developer's own proxy is left as it is", () => {
  const onError = vi.fn();
  const { globalAgent } = https;
  for (const environment of [
    {},
    { HTTPS_PROXY: "http://127.0.0.1:3128" },
    { HILUM_EGRESS_SOCKET: path },
    { HILUM_EGRESS_SOCKET: path, HTTPS_PROXY: "http://proxy.example.org:3128" },
    { HILUM_EGRESS_SOCKET: path, HTTPS_PROXY: "http://127.0.0.1" },
  ])
    expect(startLocalProxy(environment, onError)).toBeUndefined();
  expect(https.globalAgent).toBe(globalAgent);
  expect(onError).not.toHaveBeenCalled();
});

it("passes bytes and an end on in both directions, and closes a connection that the host does not take", async () => {
  const port = await freePort();
  const proxy = startLocalProxy(
    { HILUM_EGRESS_SOCKET: path, HTTPS_PROXY: `http://127.0.0.1:${port}` },
    (error) => void expect.fail(error.message),
  );
  closing.push(() => proxy?.close());

  const alone = connect(port, "127.0.0.1");
  await once(alone, "close");

  // Answers only when it has heard the end.
  const host = createServer({ allowHalfOpen: true }, (socket) => {
    const parts: Buffer[] = [];
    socket.on("data", (part) => parts.push(part));
    socket.on("end", () => socket.end(Buffer.concat(parts).toString("latin1").toUpperCase()));
  }).listen(path);
  closing.push(() => host.close());
  await once(host, "listening");
  const client = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  client.end("connect");
  expect(Buffer.concat(await client.toArray()).toString()).toBe("CONNECT");
});

it("says that the port is taken", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  closing.push(() => taken.close());
  await once(taken, "listening");
  const { port } = taken.address() as AddressInfo;
  const { promise, resolve } = Promise.withResolvers<Error>();
  const proxy = startLocalProxy({ HILUM_EGRESS_SOCKET: path, HTTPS_PROXY: `http://127.0.0.1:${port}` }, resolve);
  closing.push(() => proxy?.close());
  expect(await promise).toMatchObject({ code: "EADDRINUSE" });
});
