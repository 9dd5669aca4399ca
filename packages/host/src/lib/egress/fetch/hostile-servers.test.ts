import { createServer } from "node:net";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { createCertificateAuthority } from "@hilum/testkit";
import { afterEach, describe, expect, it } from "vitest";
import {
  apiHost,
  createFetchRig,
  failureOf,
  listenAsProvider,
  startProvider,
  startRawProvider,
  testAuthority,
  type FetchRigOptions,
} from "../../test-support/fetch-rig.ts";

const secret = "sk_live_correct-horse";
const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close();
});

type Respond = Parameters<typeof startProvider>[0];
const bearer = { credential: () => ({ type: "bearer" as const, token: secret }) };

async function rigOf(respond: Respond, options: FetchRigOptions = {}, tls: Parameters<typeof startProvider>[1] = {}) {
  const provider = await startProvider(respond, tls);
  const rig = await createFetchRig(provider.port, { ...options, destination: { ...bearer, ...options.destination } });
  open.push(provider, rig);
  return Object.assign(rig, { provider });
}
async function rawRigOf(talk: Parameters<typeof startRawProvider>[0], options: FetchRigOptions = {}) {
  const provider = await startRawProvider(talk);
  const rig = await createFetchRig(provider.port, { ...options, destination: { ...bearer, ...options.destination } });
  open.push(provider, rig);
  return Object.assign(rig, { provider });
}
/** Answers each whole request head with these bytes. */
const answering = (bytes: string | ((count: number) => string)) => {
  let count = 0;
  return (socket: Parameters<Parameters<typeof startRawProvider>[0]>[0]): void =>
    void socket.on("data", () => socket.write(typeof bytes === "string" ? bytes : bytes(count++)));
};

describe("a server whose certificate proves nothing", () => {
  const expectUntouched = async (rig: Awaited<ReturnType<typeof rigOf>>, code: string, words: RegExp) => {
    const failure = await failureOf(rig.post());
    expect(failure).toMatchObject({ code, sent: "no", detail: expect.stringMatching(words) });
    expect(rig.provider.requests).toEqual([]);
    expect(rig.receipts).toMatchObject([{ decision: "allow", reason: code, bytesOut: 0 }]);
  };
  const ok: Respond = (_request, response) => response.end("ok");

  it("threat 104: expired, and not valid yet", async () => {
    const authority = await testAuthority();
    const day = 86_400_000;
    for (const [from, to, words] of [
      [-3, -1, /expired/],
      [1, 2, /not valid yet/],
    ] as const) {
      const { certificate, key } = await authority.issue({
        names: [apiHost],
        notBefore: new Date(Date.now() + from * day),
        notAfter: new Date(Date.now() + to * day),
      });
      await expectUntouched(await rigOf(ok, {}, { cert: certificate, key }), "provider.certificate", words);
    }
  });

  it("threat 104: of another host, though of the same authority", async () => {
    await expectUntouched(
      await rigOf(ok, {}, { names: ["evil.example", "*.org", "127.0.0.1"] }),
      "provider.certificate",
      /another host/,
    );
  });

  it("threat 104: of an authority that nobody trusts, and of none at all", async () => {
    const stranger = await createCertificateAuthority("Stranger");
    const { certificate, key } = await stranger.issue({ names: [apiHost] });
    await expectUntouched(await rigOf(ok, {}, { cert: certificate, key }), "provider.certificate", /not trusted/);
    await expectUntouched(
      await rigOf(ok, {}, { cert: `${certificate}\n${stranger.certificate}`, key }),
      "provider.certificate",
      /not trusted/,
    );
  });

  it("threat 104: of an authority that only an administrator could have added", async () => {
    await expectUntouched(await rigOf(ok, { authorities: [] }), "provider.certificate", /not trusted/);
  });

  it("threat 104: an old version of TLS, or none, is no connection", async () => {
    await expectUntouched(
      await rigOf(ok, {}, { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" }),
      "provider.unreachable",
      /TLS/,
    );
  });

  it("threat 104: the server is told the name that the certificate is checked against, and the Host is the same", async () => {
    const names: unknown[] = [];
    const rig = await rigOf(({ headers }, response) => (names.push(headers.host), response.end()));
    rig.provider.server.on("secureConnection", ({ servername }: { servername: string }) => names.push(servername));
    await rig.ask();
    expect(names).toEqual([apiHost, `${apiHost}:${rig.provider.port}`]);
  });
});

describe("a server that sends the request elsewhere", () => {
  it("threat 91, 92: a redirect is told and never followed: to the metadata service, to plain HTTP, to another host, to itself", async () => {
    const other = await startProvider((_request, response) => response.end("stolen"));
    open.push(other);
    const led = [
      "http://169.254.169.254/latest/meta-data/",
      `https://${apiHost}:${other.port}/`,
      `http://${apiHost}/`,
      "//evil.example/",
      "javascript:alert(1)",
      "https://evil.example/?t=1",
    ];
    for (const status of [301, 302, 303, 307, 308])
      for (const location of led) {
        const rig = await rigOf((_request, response) => response.writeHead(status, { location }).end());
        const failure = await failureOf(rig.post());
        expect(failure).toMatchObject({ code: "provider.redirected", sent: "maybe" });
        expect(failure.detail).toBe(
          `The answer was ${status}, which leads to another host. Hilum follows no redirects.`,
        );
        rig.close();
        await rig.provider.close();
      }
    expect(other.connections).toBe(0);
    const same = await rigOf((_request, response) => response.writeHead(302, { location: "/v2/messages" }).end());
    expect((await failureOf(same.post())).detail).toContain(`another path of ${apiHost}`);
  });

  it("gives the place of something new as a header, and a 304 as a result", async () => {
    const rig = await rigOf(({ method }, response) =>
      method === "POST"
        ? response.writeHead(201, { location: "https://evil.example/M1" }).end()
        : response.writeHead(304, { location: "/x", etag: '"1"' }).end(),
    );
    expect(await rig.post()).toMatchObject({ status: 201, headers: { location: "https://evil.example/M1" } });
    expect(await rig.ask()).toMatchObject({ status: 304, headers: { etag: '"1"' } });
    expect(rig.provider.connections).toBe(1);
  });
});

describe("a server that gives the secret back", () => {
  it("threat 99: it is taken out in every spelling, from body and headers, and noted", async () => {
    const token = 'sk_"quoted"_%secret';
    const credential = { destination: { credential: () => ({ type: "bearer" as const, token }) } };
    const rig = await rigOf(({ headers }, response) => {
      const sent = String(headers.authorization).slice("Bearer ".length);
      response.setHeader("x-request-id", sent).setHeader("etag", encodeURIComponent(sent));
      response.end(
        [sent, JSON.stringify({ sent }), encodeURIComponent(sent), Buffer.from(sent).toString("base64")].join("|"),
      );
    }, credential);
    const answer = await rig.ask();
    expect(answer.body).toEqual({ text: '[redacted]|{"sent":"[redacted]"}|[redacted]|[redacted]' });
    expect(answer.headers).toMatchObject({ "x-request-id": "[redacted]", etag: "[redacted]" });
    expect(rig.receipts).toMatchObject([{ reason: "reflected" }]);
    expect(rig.entries.at(-1)).toMatchObject({ kind: "outcome", outcome: "ok", detail: { reflected: true } });
  });

  it("threat 99: it hides neither in a packed answer, nor between two chunks, nor in bytes that are no text", async () => {
    const echo = Buffer.concat([Buffer.from([0xff]), Buffer.from(secret), Buffer.from([0xfe])]);
    const packed = await rigOf((_request, response) =>
      response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(echo)),
    );
    const wanted = Buffer.concat([Buffer.from([0xff]), Buffer.from("[redacted]"), Buffer.from([0xfe])]).toString(
      "base64",
    );
    expect((await packed.ask()).body).toEqual({ base64: wanted });
    const split = await rigOf((_request, response) => {
      response.write(`a ${secret.slice(0, 7)}`);
      setTimeout(() => response.end(`${secret.slice(7)} b`), 50);
    });
    expect((await split.ask()).body).toEqual({ text: "a [redacted] b" });
  });

  it("threat 98, 100: a placeholder that the plugin writes is text like any other; the secret goes into its one place", async () => {
    const rig = await rigOf((_request, response) => response.end("ok"), { destination: { headers: ["x-note"] } });
    const placeholders = ["{token}", "${token}", "{{token}}", "{config.token}", "$TOKEN", "[redacted]"];
    await rig.post({
      query: { token: placeholders },
      body: { form: { token: placeholders } },
      headers: { "x-note": placeholders.join(" ") },
    });
    const [request] = rig.provider.requests;
    const whole = JSON.stringify({
      ...request,
      headers: { ...request?.headers, authorization: "" },
      raw: request?.raw.filter((text) => !text.startsWith("Bearer ")),
    });
    expect(whole).not.toContain(secret);
    expect(request?.headers["x-note"]).toBe(placeholders.join(" "));
    expect(request?.raw.filter((text) => text.includes(secret))).toEqual([`Bearer ${secret}`]);
  });
});

describe("a server that wears its caller out", () => {
  const limits = { timeoutMs: 1000, responseBytesMax: 65_536 };

  it("threat 101: a packed bomb ends at the declared size, whatever it was packed with", async () => {
    const bomb = Buffer.alloc(50 * 1024 * 1024);
    for (const [encoding, packed] of [
      ["gzip", gzipSync(bomb)],
      ["deflate", deflateSync(bomb)],
      ["br", brotliCompressSync(bomb)],
    ] as const) {
      const rig = await rigOf(
        (_request, response) => response.writeHead(200, { "content-encoding": encoding }).end(packed),
        { destination: { responseBytesMax: 524_288 } },
      );
      const before = process.memoryUsage().arrayBuffers;
      expect(await failureOf(rig.ask())).toMatchObject({ code: "provider.response_too_large", sent: "maybe" });
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20 * 1024 * 1024);
    }
  });

  it("threat 101: an answer packed in two layers, or in a way that nobody asked for, is refused", async () => {
    for (const encoding of ["gzip, gzip", "zstd", "compress", "__proto__"]) {
      const rig = await rigOf((_request, response) =>
        response.writeHead(200, { "content-encoding": encoding }).end(gzipSync("x")),
      );
      expect(await failureOf(rig.ask())).toMatchObject({ code: "provider.bad_answer", sent: "maybe" });
    }
    const torn = await rigOf((_request, response) =>
      response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("hello").subarray(0, 12)),
    );
    expect(await failureOf(torn.ask())).toMatchObject({ code: "provider.bad_answer" });
  });

  it("threat 101: an answer without end is cut at its size, and one that says its size is not even read", async () => {
    let written = 0;
    const endless = await rigOf(
      (_request, response) => {
        const more = (): void => {
          while (!response.destroyed && response.write(Buffer.alloc(16_384))) written += 16_384;
          response.once("drain", more);
        };
        more();
      },
      { destination: limits },
    );
    expect(await failureOf(endless.ask())).toMatchObject({ code: "provider.response_too_large" });
    expect(written).toBeLessThan(32 * 1024 * 1024);
    const honest = await rigOf(
      (_request, response) => response.writeHead(200, { "content-length": "999999999" }).write("x"),
      { destination: limits },
    );
    expect(await failureOf(honest.ask())).toMatchObject({ code: "provider.response_too_large" });
  });

  it("threat 101: a drip, a silence, and a head without end are given up at the deadline", async () => {
    const began = performance.now();
    const drip = await rigOf(
      (_request, response) => {
        const timer = setInterval(() => response.write("x"), 50);
        response.on("close", () => clearInterval(timer));
      },
      { destination: limits },
    );
    const silent = await rigOf(() => undefined, { destination: limits });
    const head = await rawRigOf(
      (socket) => {
        socket.write("HTTP/1.1 200 OK\r\n");
        const timer = setInterval(() => socket.write("x-more: 1\r\n"), 50);
        socket.on("close", () => clearInterval(timer));
      },
      { destination: limits },
    );
    const early = await rawRigOf(
      (socket) => {
        const timer = setInterval(() => socket.write("HTTP/1.1 100 Continue\r\n\r\n"), 20);
        socket.on("close", () => clearInterval(timer));
      },
      { destination: limits },
    );
    const failures = await Promise.all([drip, silent, head, early].map((rig) => failureOf(rig.ask())));
    for (const failure of failures) expect(failure).toMatchObject({ code: "provider.timeout", sent: "maybe" });
    expect(performance.now() - began).toBeLessThan(3000);
  });

  it("threat 101: a head that is too large is no answer", async () => {
    const rig = await rawRigOf(answering(`HTTP/1.1 200 OK\r\nx-big: ${"x".repeat(40_000)}\r\n\r\n`));
    expect(await failureOf(rig.ask())).toMatchObject({ code: "provider.response_too_large", sent: "maybe" });
  });

  it("a handshake that is never answered is given up, and nothing went out", async () => {
    const provider = await listenAsProvider(createServer());
    const rig = await createFetchRig(provider.port, { limits: { connectMs: 200 } });
    open.push(provider, rig);
    expect(await failureOf(rig.post())).toMatchObject({ code: "provider.unreachable", sent: "no" });
    expect(provider.connections).toBe(1);
  });
});

describe("a server that speaks two ways at once", () => {
  it("threat 97: a request has one length and no transfer coding, whatever its body says", async () => {
    const rig = await rawRigOf(answering("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"));
    const body = "0\r\n\r\nGET /admin HTTP/1.1\r\nHost: evil.example\r\nTransfer-Encoding: chunked\r\n\r\n";
    await rig.post({ body: { text: body } });
    const [head = ""] = rig.provider.heard().split("\r\n\r\n");
    expect(head.match(/content-length: \d+/gi)).toEqual([`content-length: ${body.length}`]);
    expect(head).not.toMatch(/transfer-encoding/i);
    expect(rig.provider.heard().endsWith(body)).toBe(true);
  });

  it.each([
    [
      "a length and a transfer coding",
      "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
    ["two lengths", "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 20\r\n\r\nok"],
    ["a length that is no number", "HTTP/1.1 200 OK\r\ncontent-length: +2\r\n\r\nok"],
    ["a header of two lines", "HTTP/1.1 200 OK\r\nx-a: 1\r\n\tb\r\ncontent-length: 2\r\n\r\nok"],
    ["a bare line feed", "HTTP/1.1 200 OK\ncontent-length: 2\n\nok"],
    ["a name with a blank", "HTTP/1.1 200 OK\r\ncontent-length : 2\r\n\r\nok"],
    ["another protocol", "SSH-2.0-OpenSSH_9.6\r\n"],
    ["HTML without a head", "<html><body>Sign in</body></html>\r\n\r\n"],
    ["a chunk whose size is none", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nok\r\n0\r\n\r\n"],
  ])("threat 97: an answer with %s is refused", async (_what, answer) => {
    const rig = await rawRigOf(answering(answer), { destination: { timeoutMs: 1500 } });
    expect(await failureOf(rig.ask())).toMatchObject({ code: "provider.bad_answer", sent: "maybe" });
  });

  it("threat 97, 106: an answer that nobody asked for is nobody's: it never becomes that of the next request", async () => {
    const rig = await rawRigOf(
      answering((count) =>
        count === 0
          ? "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nfirstHTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nforged"
          : "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecond",
      ),
    );
    expect((await rig.ask()).body).toEqual({ text: "first" });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await rig.ask()).body).toEqual({ text: "second" });
    expect(rig.provider.connections).toBe(2);
  });

  it("an offer to speak something else is no answer", async () => {
    const rig = await rawRigOf(
      answering("HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n"),
    );
    expect(await failureOf(rig.ask())).toMatchObject({ code: "provider.bad_answer", sent: "maybe" });
  });
});

describe("a server that goes away", () => {
  it("threat 224: a line that drops before, within or after the head ends in an error that says how far it got", async () => {
    const cuts = [
      "",
      "HTTP/1.1 200 OK\r\ncontent-le",
      "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf",
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    ];
    for (const cut of cuts) {
      const rig = await rawRigOf(
        (socket) => void socket.once("data", () => (cut === "" ? socket.destroy() : socket.end(cut))),
      );
      expect([cut, await failureOf(rig.post())]).toEqual([
        cut,
        { code: "provider.unreachable", sent: "maybe", detail: "The connection broke before the answer was whole." },
      ]);
    }
  });

  it("asks once more for what may be asked twice when a kept connection was closed meanwhile, and never for a POST", async () => {
    let count = 0;
    const talk = (socket: Parameters<Parameters<typeof startRawProvider>[0]>[0]): void =>
      void socket.on("data", () => {
        count += 1;
        // Every second request finds the connection closed.
        if (count % 2 === 0) socket.destroy();
        else socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
      });
    const reading = await rawRigOf(talk);
    await reading.ask();
    expect((await reading.ask()).body).toEqual({ text: "ok" });
    expect(reading.provider.connections).toBe(2);
    count = 0;
    const writing = await rawRigOf(talk);
    await writing.ask();
    expect(await failureOf(writing.post())).toMatchObject({ code: "provider.unreachable", sent: "maybe" });
  });

  it("says that nothing went out where nobody listens", async () => {
    const rig = await rigOf((_request, response) => response.end());
    await rig.provider.close();
    expect(await failureOf(rig.post())).toMatchObject({ code: "provider.unreachable", sent: "no" });
  });
});

describe("one caller among others", () => {
  const ok: Respond = (_request, response) => response.end("ok");

  it("threat 106: two instances, and two destinations of one, share no connection, so that no secret rides on another's", async () => {
    const provider = await startProvider(ok);
    const scope = `net:https://${apiHost}:${provider.port}`;
    const spec = {
      scope,
      requests: [{ method: "GET", path: "/v1/messages/{id}" }] as const,
      phi: true,
      headers: [],
      timeoutMs: 5000,
      responseBytesMax: 1024,
    };
    const destinations = ["one", "two"].map((id) => ({
      ...spec,
      id,
      credential: () => ({ type: "bearer" as const, token: `token-${id}` }),
    }));
    const [first, second] = [
      await createFetchRig(provider.port, { destinations, granted: [scope] }),
      await createFetchRig(provider.port, { destinations, granted: [scope] }),
    ];
    open.push(provider, first, second);
    const sockets = new Map<string, Set<unknown>>();
    provider.server.on(
      "request",
      ({ headers, socket }: { headers: { authorization: string }; socket: { remotePort: number } }) => {
        sockets.set(headers.authorization, (sockets.get(headers.authorization) ?? new Set()).add(socket.remotePort));
      },
    );
    for (let count = 0; count < 3; count += 1)
      for (const rig of [first, second]) for (const destination of ["one", "two"]) await rig.ask({ destination });
    expect(provider.connections).toBe(4);
    const [one, two] = ["Bearer token-one", "Bearer token-two"].map((name) => [...(sockets.get(name) ?? [])]);
    expect([one?.length, two?.length]).toEqual([2, 2]);
    expect(one?.some((port) => two?.includes(port))).toBe(false);
  });

  it("threat 102: requests and bytes to a host have a budget, whose end says when it begins anew", async () => {
    const rig = await rigOf(ok, { limits: { requestsPerMinute: 3, bytesPerDay: 1000 } });
    for (let count = 0; count < 3; count += 1) await rig.ask();
    expect(await failureOf(rig.ask())).toMatchObject({ code: "lane.full", sent: "no" });
    expect(rig.receipts.at(-1)).toMatchObject({ decision: "deny", reason: "lane.full" });
    const bytes = await rigOf(ok, { limits: { requestsPerMinute: 100, bytesPerDay: 1000 } });
    await bytes.post({ body: { text: "x".repeat(600) } });
    expect(await failureOf(bytes.post({ body: { text: "x".repeat(600) } }))).toMatchObject({
      code: "lane.full",
      sent: "no",
    });
    expect(bytes.provider.requests).toHaveLength(1);
  });

  it("holds the number of requests that wait for answers", async () => {
    const rig = await rigOf(() => undefined, { limits: { inFlightMax: 2 }, destination: { timeoutMs: 1000 } });
    const waiting = [failureOf(rig.ask()), failureOf(rig.ask())];
    expect(await failureOf(rig.ask())).toMatchObject({ code: "lane.full", sent: "no" });
    await Promise.all(waiting);
  });

  it("threat 57: a grant that is revoked cuts a request that is under way within a second", async () => {
    const rig = await rigOf(() => undefined);
    const began = performance.now();
    const failure = failureOf(rig.ask());
    setTimeout(() => (rig.state.grants = []), 50);
    expect(await failure).toMatchObject({ code: "policy.denied", sent: "maybe" });
    expect(performance.now() - began).toBeLessThan(1000);
  });

  it("threat 108: when the host's side is closed there is no other way out", async () => {
    const rig = await rigOf(ok);
    rig.close();
    expect(await failureOf(rig.ask())).toMatchObject({ code: "plugin.not_running", sent: "no" });
    expect(rig.provider.connections).toBe(0);
  });
});
