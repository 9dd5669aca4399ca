import { once } from "node:events";
import { request as send, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { PassThrough } from "node:stream";
import Fastify, { type FastifyInstance } from "fastify";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { inPace, limitBodyTimes } from "./body-time.ts";

const window = { windowMs: 1000, windowBytesMin: 100 };

describe("inPace", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
  afterEach(() => void vi.useRealTimers());

  const collect = (body: PassThrough) => {
    const seen: number[] = [];
    const end = (async () => {
      for await (const part of inPace(body, window)) seen.push(part.length);
      return "ended";
    })().catch((error: { code?: string }) => error.code);
    return { seen, end };
  };

  it("lets a body take any time, as long as it goes on coming", async () => {
    const body = new PassThrough();
    const { seen, end } = collect(body);
    for (let second = 0; second < 500; second++) {
      body.write(Buffer.alloc(120));
      await vi.advanceTimersByTimeAsync(900);
    }
    body.end();
    expect(await end).toBe("ended");
    expect(seen).toHaveLength(500);
  });

  it("threat 173: ends one that stands still, and one that trickles", async () => {
    const still = collect(new PassThrough());
    const trickle = new PassThrough();
    const slow = collect(trickle);
    for (let tick = 0; tick < 20; tick++) {
      trickle.write(Buffer.alloc(1));
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(await Promise.all([still.end, slow.end])).toEqual(["request.too_slow", "request.too_slow"]);
    expect(slow.seen.length).toBeLessThan(20);
  });

  it("does not hold it against the sender that the reader takes its time", async () => {
    const body = new PassThrough();
    const seen: number[] = [];
    const end = (async () => {
      for await (const part of inPace(body, window)) {
        seen.push(part.length);
        await new Promise((resolve) => void setTimeout(resolve, 5000));
      }
    })();
    for (let part = 0; part < 5; part++) body.write(Buffer.alloc(10));
    body.end();
    await vi.advanceTimersByTimeAsync(60_000);
    await end;
    expect(seen.reduce((sum, length) => sum + length, 0)).toBe(50);
  });
});

describe("limitBodyTimes", () => {
  let app: FastifyInstance;
  let port: number;
  beforeEach(async () => {
    app = Fastify({ requestTimeout: 0 });
    app.setErrorHandler((error, _request, reply) => reply.code(408).send((error as { code?: string }).code));
    const stream = limitBodyTimes(app, { wholeMs: 300, windowMs: 150, windowBytesMin: 10 });
    app.addContentTypeParser("application/octet-stream", (request, payload, done) =>
      done(null, stream(request, payload)),
    );
    app.post("/whole", (request) => request.body);
    app.post(
      "/refused",
      { onRequest: async (_request, reply) => void (await reply.code(401).send("no")) },
      () => "never",
    );
    const sizeOf = async (body: AsyncIterable<Uint8Array>): Promise<object> => {
      let size = 0;
      for await (const part of body) size += part.length;
      return { size };
    };
    app.post("/streamed", (request) => sizeOf(request.body as AsyncIterable<Uint8Array>));
    await app.listen({ port: 0, host: "127.0.0.1" });
    ({ port } = app.server.address() as AddressInfo);
  });
  afterEach(() => app.close());

  const begin = (path: string, type: string) => {
    const headers = { "content-type": type, "transfer-encoding": "chunked" };
    const request = send({ port, path, method: "POST", headers });
    request.on("error", () => undefined);
    const answer = once(request, "response").then(async ([response]: IncomingMessage[]) => {
      let text = "";
      if (response !== undefined) for await (const part of response) text += String(part);
      return `${response?.statusCode} ${text}`;
    });
    return { request, answer, closed: once(request, "close") };
  };
  const pause = (ms: number) => new Promise((resolve) => void setTimeout(resolve, ms));

  it("threat 173: answers a body that does not come, and lets the connection go", async () => {
    const { request, answer, closed } = begin("/whole", "application/json");
    request.write('{"a":');
    expect(await answer).toBe("408 request.too_slow");
    await closed;
  });

  it("threat 173: lets nobody go on sending who was refused", async () => {
    const { request, answer } = begin("/refused", "application/octet-stream");
    request.write("a");
    expect(await answer).toBe("401 no");
    const socket = request.socket;
    const sending = setInterval(() => request.write("a"), 20);
    if (socket?.destroyed === false) await once(socket, "close");
    clearInterval(sending);
  });

  it("takes an upload that is longer than any other request may be", async () => {
    const { request, answer } = begin("/streamed", "application/octet-stream");
    for (let part = 0; part < 40; part++) {
      request.write("0123456789".repeat(10));
      await pause(20);
    }
    request.end();
    expect(await answer).toBe('200 {"size":4000}');
  });

  it("threat 173: ends an upload that only trickles", async () => {
    const { request, answer } = begin("/streamed", "application/octet-stream");
    const sending = setInterval(() => request.write("0"), 50);
    expect(await answer).toBe("408 request.too_slow");
    clearInterval(sending);
    request.destroy();
  });
});
