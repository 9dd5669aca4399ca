import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { readHttpFiles } from "./http-files.ts";

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A static host that does what a test wants of it, and the headers that it was asked with. */
async function serve(answer: (request: IncomingMessage, response: ServerResponse, count: number) => void) {
  const asked: IncomingMessage[] = [];
  server = createServer((request, response) => answer(request, response, asked.push(request)));
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/market`;
  return { asked, read: readHttpFiles(address, fetch, { silenceMs: 200 }) };
}

const content = Buffer.alloc(100_000, "0123456789");

describe("readHttpFiles", () => {
  it("reads a file below the address, and says where there is none", async () => {
    const { read, asked } = await serve((request, response) =>
      request.url === "/market/metadata/1.root.json" ? response.end("root") : response.writeHead(404).end(),
    );
    expect(String(await read("metadata/1.root.json", 100))).toBe("root");
    expect(await read("metadata/2.root.json", 100)).toBeUndefined();
    expect(await read("../secret", 100)).toBeUndefined();
    expect(asked).toHaveLength(2);
  });

  it("threat 124: reads no more than it may, also where the host says nothing of the size", async () => {
    const said = await serve((_request, response) => response.end(content));
    await expect(said.read("a", 10)).rejects.toMatchObject({ code: "source.too_large" });
    server?.close();
    const endless = await serve((_request, response) => {
      response.on("error", () => undefined);
      const more = (): void => void (response.destroyed || response.write(content, () => setImmediate(more)));
      more();
    });
    await expect(endless.read("a", 1_000_000)).rejects.toMatchObject({ code: "source.too_large" });
  });

  it("follows no redirect", async () => {
    const { read, asked } = await serve((_request, response) => response.writeHead(302, { location: "/b" }).end());
    await expect(read("a", 100)).rejects.toMatchObject({
      code: "source.unreachable",
      detail: expect.stringContaining("another address"),
    });
    expect(asked).toHaveLength(1);
  });

  it("waits for a silent host no longer than it was told", async () => {
    const before = await serve(() => undefined);
    await expect(before.read("a", 100)).rejects.toMatchObject({ code: "source.unreachable" });
    server?.closeAllConnections();
    const within = await serve((_request, response) => response.write("some"));
    await expect(within.read("a", 100)).rejects.toMatchObject({ code: "source.unreachable" });
  });

  it("asks for the rest of a file that broke off, and for the whole where it has changed", async () => {
    const { read, asked } = await serve((request, response, count) => {
      const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
      if (count === 1) {
        response.writeHead(200, { etag: '"one"', "content-length": content.length });
        response.write(content.subarray(0, 40_000), () => response.destroy());
      } else {
        const range = `bytes ${from}-${content.length - 1}/${content.length}`;
        response.writeHead(206, { "content-range": range }).end(content.subarray(from));
      }
    });
    expect(await read("a", content.length)).toEqual(content);
    expect(asked[1]?.headers["if-range"]).toBe('"one"');
    server?.close();

    const changed = await serve((_request, response, count) => {
      response.writeHead(200, { etag: `"${count}"`, "content-length": content.length });
      if (count === 1) response.write(Buffer.alloc(40_000, "x"), () => response.destroy());
      else response.end(content);
    });
    expect(await changed.read("a", content.length)).toEqual(content);
  });

  it("gives up on a host that breaks off again and again, and on one that is ill", async () => {
    const broken = await serve((_request, response) => {
      response.writeHead(200, { "content-length": 1_000 });
      response.write("x", () => response.destroy());
    });
    await expect(broken.read("a", 1_000)).rejects.toMatchObject({ code: "source.unreachable" });
    expect(broken.asked).toHaveLength(5);
    server?.close();
    const ill = await serve((_request, response) => response.writeHead(500).end());
    await expect(ill.read("a", 100)).rejects.toMatchObject({ detail: expect.stringContaining("500") });
  });

  it.each(["ftp://host/", "https://name:word@host/", "https://host/?a=b", "nonsense"])(
    "refuses the address %s",
    (address) =>
      expect(() => readHttpFiles(address, fetch)).toThrow(
        expect.objectContaining({ code: "source.unreachable" }) as Error,
      ),
  );
});
