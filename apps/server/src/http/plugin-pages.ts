import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { pageConnections, pageDocument, pagePolicy, pagesPath } from "@hilum/contract/bridge";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { baseHeaders } from "./security-headers.ts";

/** A page whose bytes were accepted; structurally the one of `features/pages`. */
interface Page {
  folder: string;
  title: string;
  script: Buffer;
  style?: Buffer;
  scriptIntegrity: string;
  styleIntegrity?: string;
}

export interface PageOptions {
  /** The page of these bytes, while they are the accepted ones. */
  findPage(plugin: string, digest: string): Page | undefined;
  /** Where the built console is; its folder `frame` holds what every page gets from the console. */
  consoleDir: string;
  /** The console's own origin, as this request reached it. */
  originOf(request: FastifyRequest): string;
}

interface FrameFiles {
  folder: string;
  files: ReadonlyMap<string, Buffer>;
}

const forEver = "public, max-age=31536000, immutable";
const types: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".woff2": "font/woff2",
};

/**
 * Serves pages of plugins under `/plugin-ui/{plugin}/{digest}/`: a document of our own, and the plugin's script and style
 * from memory. No cookie is read or set, no file is looked up by a name that came with a request, and the document's policy
 * makes its origin opaque also in a tab of its own (threat 138).
 */
export function servePluginPages(app: FastifyInstance, { findPage, consoleDir, originOf }: PageOptions): void {
  let frame: Promise<FrameFiles> | undefined;
  const frameFiles = (): Promise<FrameFiles> =>
    (frame ??= readFrameFiles(join(consoleDir, "frame")).catch(() => {
      // The console is not built, so nothing frames a page either.
      frame = undefined;
      return { folder: `${pagesPath}frame/none`, files: new Map() };
    }));

  app.get<{ Params: { digest: string; file: string } }>(`${pagesPath}frame/:digest/:file`, async (request, reply) => {
    const { folder, files } = await frameFiles();
    const bytes = files.get(request.params.file);
    if (bytes === undefined || folder !== `${pagesPath}frame/${request.params.digest}` || isOdd(request))
      return reply.callNotFound();
    return open(reply)
      .header("cache-control", forEver)
      .type(types[extname(request.params.file)] ?? "application/octet-stream")
      .send(bytes);
  });

  app.get<{ Params: { plugin: string; digest: string; file: string } }>(
    `${pagesPath}:plugin/:digest/:file`,
    async (request, reply) => {
      const { plugin, digest, file } = request.params;
      const page = findPage(plugin, digest);
      if (page === undefined || isOdd(request)) return reply.callNotFound();
      if (file === "page.js")
        return open(reply).header("cache-control", forEver).type("text/javascript; charset=utf-8").send(page.script);
      if (file === "page.css" && page.style !== undefined)
        return open(reply).header("cache-control", forEver).type("text/css; charset=utf-8").send(page.style);
      if (file !== "page.html") return reply.callNotFound();
      const { folder, files } = await frameFiles();
      const served = {
        origin: originOf(request),
        folder: page.folder,
        title: page.title,
        scriptIntegrity: page.scriptIntegrity,
        ...(page.styleIntegrity === undefined ? {} : { styleIntegrity: page.styleIntegrity }),
        frameStyle: `${folder}/frame.css`,
        fonts: [...files.keys()].filter((name) => name.endsWith(".woff2")).map((name) => `${folder}/${name}`),
      };
      return open(reply)
        .header("cache-control", "no-store")
        .header("content-security-policy", pagePolicy(served))
        .header("connection-allowlist", pageConnections)
        .type("text/html; charset=utf-8")
        .send(pageDocument(served));
    },
  );
}

/** Neither a worker's script nor an address with a query, which is another one. */
function isOdd({ headers, url }: FastifyRequest): boolean {
  return (
    headers["service-worker"] !== undefined ||
    ["serviceworker", "sharedworker", "worker"].includes(String(headers["sec-fetch-dest"])) ||
    url.includes("?")
  );
}

/**
 * The headers of these files. An opaque origin is "another site" for everything that it loads, so scripts, styles and fonts
 * are open to it, as they are to everybody: they hold nothing of this installation.
 */
function open(reply: FastifyReply): FastifyReply {
  void reply.removeHeader("x-frame-options");
  return reply.headers(pageHeaders);
}

const { "x-frame-options": _frames, ...others } = baseHeaders;
const pageHeaders = {
  ...others,
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
  "cross-origin-resource-policy": "cross-origin",
  "access-control-allow-origin": "*",
  "permissions-policy": `${baseHeaders["permissions-policy"]}, fullscreen=(), clipboard-read=(), clipboard-write=(), display-capture=()`,
};

async function readFrameFiles(folder: string): Promise<FrameFiles> {
  const names = (await readdir(folder)).filter((name) => extname(name) in types).toSorted();
  const files = new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name))] as const)),
  );
  const hash = createHash("sha256");
  for (const [name, bytes] of files) hash.update(`${name} ${bytes.length}\n`).update(bytes);
  return { folder: `${pagesPath}frame/${hash.digest("hex").slice(0, 32)}`, files };
}
