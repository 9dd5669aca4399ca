import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";
import { baseHeaders, consolePolicy } from "./security-headers.ts";

const nonceMark = /__HILUM_NONCE__/g;
const notBuilt =
  "<!doctype html><meta charset=utf-8><title>Hilum</title><p>The Admin Console has not been built. Stop Hilum and start it with npm start.</p>";

/** Serves the built console under `/admin/ui/`: files by digest for ever, its page fresh with a nonce of its own. */
export async function serveConsole(app: FastifyInstance, distDir: string): Promise<void> {
  await app.register(fastifyStatic, {
    root: join(distDir, "assets"),
    prefix: "/admin/ui/assets/",
    immutable: true,
    maxAge: "365d",
    index: false,
    wildcard: true,
    decorateReply: false,
    setHeaders: (reply) => setBaseHeaders((name, value) => void reply.header(name, value)),
  });
  let page: string | undefined;
  app.get("/admin/ui/*", async (request, reply) => {
    if (/\.[a-z0-9]{2,5}$/.test(request.url.split("?")[0] ?? "") && !request.url.startsWith("/admin/ui/plugins/"))
      return reply.callNotFound();
    page ??= await readFile(join(distDir, "index.html"), "utf8").catch(() => undefined);
    const nonce = randomBytes(18).toString("base64");
    setBaseHeaders((name, value) => void reply.header(name, value));
    void reply
      .header("content-security-policy", consolePolicy(nonce))
      .header("cache-control", "no-store")
      .type("text/html; charset=utf-8");
    return (page ?? notBuilt).replace(nonceMark, nonce);
  });
  for (const path of ["/", "/admin", "/admin/", "/admin/ui"])
    app.get(path, async (_request, reply) => reply.redirect("/admin/ui/"));
}

function setBaseHeaders(set: (name: string, value: string) => void): void {
  for (const [name, value] of Object.entries(baseHeaders)) set(name, value);
}
