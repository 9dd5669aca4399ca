import { randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { consolePolicy, workerPolicy } from "./security-headers.ts";

const nonceMark = /__HILUM_NONCE__/g;
const notBuilt =
  "<!doctype html><meta charset=utf-8><title>Hilum</title><p>The Admin Console has not been built. Stop Hilum and start it with npm start.</p>";

/** What a built console is made of; a file of another kind is served as bytes. */
const contentTypes: Readonly<Record<string, string>> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".wasm": "application/wasm",
  ".json": "application/json; charset=utf-8",
  ".woff2": "font/woff2",
};

/** Ids of plugins and of records may end as names of files do. */
const namesMayEndSo = /^\/admin\/ui\/(?:plugins|marketplace|records)\//;

/** Serves the built console under `/admin/ui/`: files by digest for ever, its page fresh with a nonce of its own. */
export function serveConsole(
  app: FastifyInstance,
  distDir: string,
  originOf: (request: FastifyRequest) => string,
): void {
  const assets = join(distDir, "assets");
  let names: ReadonlySet<string> = new Set();
  app.get<{ Params: { name: string } }>("/admin/ui/assets/:name", async ({ params: { name } }, reply) => {
    if (names.size === 0) names = new Set(await readdir(assets).catch(() => []));
    // Only what the folder listed: no name leads out of it.
    if (!names.has(name)) return reply.callNotFound();
    if (extname(name) === ".js") void reply.header("content-security-policy", workerPolicy);
    return reply
      .header("cache-control", "public, max-age=31536000, immutable")
      .type(contentTypes[extname(name)] ?? "application/octet-stream")
      .send(await readFile(join(assets, name)));
  });
  let page: string | undefined;
  app.get("/admin/ui/*", async (request, reply) => {
    if (/\.[a-z0-9]{2,5}$/.test(request.url.split("?")[0] ?? "") && !namesMayEndSo.test(request.url))
      return reply.callNotFound();
    page ??= await readFile(join(distDir, "index.html"), "utf8").catch(() => undefined);
    const nonce = randomBytes(18).toString("base64");
    void reply
      .header("content-security-policy", consolePolicy(nonce, originOf(request)))
      .header("cache-control", "no-store")
      .type("text/html; charset=utf-8");
    return (page ?? notBuilt).replace(nonceMark, nonce);
  });
  for (const path of ["/", "/admin", "/admin/", "/admin/ui"])
    app.get(path, async (_request, reply) => reply.redirect("/admin/ui/"));
}
