import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { createTempDir, hostilePages } from "@hilum/testkit";
import type { Browser, BrowserContext, Frame, Page } from "playwright-core";
import { launchBrowser, openContext } from "../world/browser.ts";
import { startHilum, type HilumServer } from "../world/hilum-server.ts";
import { repository } from "../world/world.ts";

/** Somebody else's server: it counts every connection and keeps every first line. */
export interface EvilServer {
  origin: string;
  /** `host:port` of a UDP socket, for WebRTC. */
  stun: string;
  connections(): number;
  packets(): number;
  lines(): readonly string[];
  close(): void;
}

export interface HostileWorld {
  server: HilumServer;
  browser: Browser;
  context: BrowserContext;
  evil: EvilServer;
  /** A page of the console that is signed in as the first administrator. */
  page: Page;
  /** Links a plugin whose Settings page is this attack, and answers its id. `__EVIL__` and the like are filled in. */
  plant(attack: string, words?: Readonly<Record<string, string>>): Promise<string>;
  /** Opens the Settings of a plugin; answers once the panel is there, whatever became of its frame. */
  visit(plugin: string): Promise<void>;
  /** The frame of the plugin's page. */
  frame(): Frame;
  /** What an attack wrote down, once it is done. */
  results(): Promise<Record<string, string>>;
  /** Calls the API as the person, as the console's own code does. */
  api<T>(method: string, path: string, body?: unknown): Promise<T>;
  close(): Promise<void>;
}

const password = "paper lantern over quiet water";
const config = {
  type: "object",
  properties: {
    host: { type: "string", title: "Server" },
    port: { type: "integer", title: "Port" },
    token: { type: "string", title: "Token", secret: true },
  },
};

export async function openHostileWorld(): Promise<HostileWorld> {
  const folder = createTempDir("hostile-pages");
  const [server, evil] = await Promise.all([
    startHilum({ repository, folder: folder.path, anyPort: true }),
    startEvilServer(),
  ]);
  const browser = await launchBrowser([server.publicKeyHash]);
  const context = await openContext(browser);
  const page = await context.newPage();
  await page.goto(new URL("/admin/ui/sign-in", server.url).href);

  async function api<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await page.evaluate(
      async ([verb, place, text]) => {
        const headers = { "content-type": "application/json", "x-hilum-console": "1" };
        const response = await fetch(`/api/v1${place}`, {
          method: verb,
          headers,
          ...(text !== null && { body: text }),
        });
        return { ok: response.ok, text: await response.text() };
      },
      [method, path, body === undefined ? null : JSON.stringify(body)] as const,
    );
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.text}`);
    return (answer.text === "" ? undefined : JSON.parse(answer.text)) as T;
  }
  await api("POST", "/bootstrap/administrator", {
    code: server.setupCode,
    username: "ana",
    displayName: "Ana Ribeiro",
    password,
  });

  const frame = (): Frame => {
    const [own] = page.mainFrame().childFrames();
    if (own === undefined) throw new Error("there is no frame");
    return own;
  };

  return {
    server,
    browser,
    context,
    evil,
    page,
    api,
    async plant(attack, words = {}) {
      const id = `com.example.${attack}`;
      const home = folder.join(attack);
      mkdirSync(join(home, "ui"), { recursive: true });
      const known: Record<string, string> = { __EVIL__: evil.origin, __STUN__: evil.stun, ...words };
      const code = ["prelude", attack].map((name) => readFileSync(join(hostilePages, `${name}.js`), "utf8")).join("\n");
      const filled = Object.entries(known).reduce((text, [word, value]) => text.replaceAll(word, value), code);
      writeFileSync(join(home, "ui/page.js"), filled);
      const manifest = { id, name: `Plugin ${attack}`, capabilities: ["send_messages"], config };
      writeFileSync(
        join(home, "hilum.json"),
        JSON.stringify({ ...manifest, ui: { settings: { entry: "ui/page.js" }, health: { entry: "ui/page.js" } } }),
      );
      await api("POST", "/plugins/link", { path: home });
      return id;
    },
    async visit(plugin) {
      await page.goto(new URL(`/admin/ui/plugins/${plugin}/settings`, server.url).href);
      await page.locator(".plugin-frame").waitFor();
    },
    frame,
    async results() {
      await page.locator("iframe").waitFor({ state: "attached" });
      const attacked = frame();
      await attacked.waitForFunction(() => (window as unknown as Partial<Attacked>).results?.["done"] !== undefined);
      return await attacked.evaluate(() => (window as unknown as Attacked).results);
    },
    async close() {
      await browser.close().catch(() => undefined);
      evil.close();
      await server.stop().catch(() => undefined);
      folder.remove();
    },
  };
}

interface Attacked {
  results: Record<string, string>;
}

async function startEvilServer(): Promise<EvilServer> {
  let connections = 0;
  let packets = 0;
  const lines: string[] = [];
  const http = createServer((socket) => {
    connections += 1;
    socket.on("error", () => undefined);
    socket.once("data", (bytes) => {
      lines.push(bytes.toString("latin1").split("\r\n")[0] ?? "");
      socket.end("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi");
    });
  });
  const udp = createSocket("udp4", () => (packets += 1));
  http.listen(0, "127.0.0.1");
  udp.bind(0, "127.0.0.1");
  await Promise.all([once(http, "listening"), once(udp, "listening")]);
  return {
    origin: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    stun: `127.0.0.1:${udp.address().port}`,
    connections: () => connections,
    packets: () => packets,
    lines: () => lines,
    close: () => {
      http.close();
      udp.close();
    },
  };
}
