import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { extname, join } from "node:path";
import { pageDocument, pagePolicy, pagesPath, type ServedPage } from "@hilum/contract/bridge";
import { folderOf, ownPages, script, style } from "./fixtures/own-pages.ts";

const frameFolder = `${pagesPath}frame/fake`;
const integrityOf = (bytes: Buffer): string => `sha384-${createHash("sha384").update(bytes).digest("base64")}`;
const types: Record<string, string> = {
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".woff2": "font/woff2",
};

/** Serves a page of the example's own under the policy of the real server; false for an address that it does not know. */
export function servePluginPage(distDir: string, origin: string, path: string, response: ServerResponse): boolean {
  const send = (type: string, body: string | Buffer, headers: Record<string, string> = {}): true => {
    response.writeHead(200, { "content-type": type, "access-control-allow-origin": "*", ...headers }).end(body);
    return true;
  };
  const file = path.slice(path.lastIndexOf("/") + 1);
  if (path === `${frameFolder}/${file}`)
    return send(types[extname(file)] ?? "application/octet-stream", readFileSync(join(distDir, "frame", file)));
  const page = ownPages.pages.find(({ name }) => path === `${folderOf(name)}/${file}`);
  if (page === undefined) return false;
  if (file === "page.js") return send(types[".js"] ?? "", script);
  if (file === "page.css") return send(types[".css"] ?? "", style);
  const fonts = readdirSync(join(distDir, "frame")).filter((name) => extname(name) === ".woff2");
  const served: ServedPage = {
    ...{ origin, folder: folderOf(page.name), title: `${page.title} of ${ownPages.name}` },
    ...{ scriptIntegrity: integrityOf(script), styleIntegrity: integrityOf(style) },
    frameStyle: `${frameFolder}/frame.css`,
    fonts: fonts.map((name) => `${frameFolder}/${name}`),
  };
  return send("text/html; charset=utf-8", pageDocument(served), { "content-security-policy": pagePolicy(served) });
}
