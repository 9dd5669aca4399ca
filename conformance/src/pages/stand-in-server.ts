import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { DeclaredPage, Manifest } from "@hilum/contract";
import { bridgeVersion, pageDocument, pagePolicy, pageSandbox, type ServedPage } from "@hilum/contract/bridge";
import { rolldown } from "rolldown";
import { sampleAnswers } from "./sample-answers.ts";
import { sampleLook } from "./sample-look.ts";

/** A console that shows one page of a plugin in a frame, under the same policy as the real one. */
export interface StandInServer {
  url: string;
  close(): void;
}

const nonce = "conformance-nonce-000";
const integrityOf = (bytes: Buffer): string => `sha384-${createHash("sha384").update(bytes).digest("base64")}`;

export async function startStandIn(folder: string, manifest: Manifest, page: DeclaredPage): Promise<StandInServer> {
  const script = readFileSync(join(folder, page.entry));
  const style = page.style === undefined ? undefined : readFileSync(join(folder, page.style));
  const code = await bundleConsole();
  const files = "/plugin-ui/page";
  const server = createServer((request, response) => {
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const served: ServedPage = {
      origin,
      folder: files,
      title: `${page.title} of ${manifest.name}`,
      scriptIntegrity: integrityOf(script),
      ...(style !== undefined && { styleIntegrity: integrityOf(style) }),
      frameStyle: "/plugin-ui/frame.css",
      fonts: [],
    };
    const send = (type: string, body: string | Buffer, headers: Record<string, string> = {}): void =>
      void response
        .writeHead(200, {
          "content-type": type,
          "access-control-allow-origin": "*",
          "cache-control": "no-store",
          ...headers,
        })
        .end(body);
    switch (request.url) {
      case "/":
        return send("text/html; charset=utf-8", consolePage(manifest, page));
      case "/console.js":
        return send("text/javascript", code);
      case `${files}/page.html`:
        return send("text/html; charset=utf-8", pageDocument(served), {
          "content-security-policy": pagePolicy(served),
        });
      case `${files}/page.js`:
        return send("text/javascript; charset=utf-8", script);
      case `${files}/page.css`:
        return send("text/css; charset=utf-8", style ?? "");
      case "/favicon.ico":
        return send("image/svg+xml", "");
      case "/plugin-ui/frame.css":
        return send("text/css; charset=utf-8", "");
      default:
        response.writeHead(404).end();
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close: () => void server.close() };
}

function consolePage(manifest: Manifest, page: DeclaredPage): string {
  const init = {
    version: bridgeVersion,
    plugin: { id: manifest.id, name: manifest.name },
    instance: { id: "default", title: manifest.name, testMode: true },
    page: page.name,
    title: page.title,
    look: sampleLook("light"),
    may: [],
  };
  const standIn = { nonce, init, answers: sampleAnswers(manifest), greeted: false, left: 0, faults: [] };
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Console</title>
<meta name="viewport" content="width=device-width"><style>body{margin:0}iframe{display:block;width:100%;border:0;height:240px}</style></head>
<body><h1 tabindex="-1">Page</h1><button id="before">Before</button>
<iframe sandbox="${pageSandbox}" title="Page" src="/plugin-ui/page/page.html#nonce=${nonce}"></iframe>
<button id="after">After</button>
<script>window.standIn = ${JSON.stringify(standIn).replaceAll("<", "\\u003c")}</script><script src="/console.js"></script></body></html>`;
}

async function bundleConsole(): Promise<string> {
  const build = await rolldown({ input: join(import.meta.dirname, "stand-in-console.ts"), platform: "browser" });
  const { output } = await build.generate({ format: "iife" });
  await build.close();
  return output[0].code;
}
