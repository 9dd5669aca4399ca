import { mkdirSync, writeFileSync } from "node:fs";
import { createTempDir, type TempDir } from "@hilum/testkit";
import Fastify from "fastify";
import { afterEach, beforeEach, expect, it } from "vitest";
import { serveConsole } from "./console-files.ts";

let dir: TempDir;
beforeEach(() => {
  dir = createTempDir("console");
  mkdirSync(dir.join("dist/assets"), { recursive: true });
  writeFileSync(dir.join("dist/assets/main-AbC1.js"), "export {};");
  writeFileSync(dir.join("dist/index.html"), '<script nonce="__HILUM_NONCE__"></script>');
  writeFileSync(dir.join("secret.txt"), "not for browsers");
});
afterEach(() => dir.remove());

async function get(url: string) {
  const app = Fastify();
  serveConsole(app, dir.join("dist"), () => "https://localhost:8443");
  const answer = await app.inject({ url });
  await app.close();
  return answer;
}

it("serves a built file with its type, to be kept for ever", async () => {
  const { statusCode, headers, body } = await get("/admin/ui/assets/main-AbC1.js");
  expect([statusCode, body]).toEqual([200, "export {};"]);
  expect(headers["content-type"]).toBe("text/javascript; charset=utf-8");
  expect(headers["cache-control"]).toBe("public, max-age=31536000, immutable");
});

it("gives a script that runs as a worker a policy by which it can ask for nothing", async () => {
  const { headers } = await get("/admin/ui/assets/main-AbC1.js");
  expect(headers["content-security-policy"]).toBe("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'");
});

it("serves its page for ids that end like the name of a file, and no other such path", async () => {
  expect((await get("/admin/ui/records/Patient/example.org")).statusCode).toBe(200);
  expect((await get("/admin/ui/marketplace/com.example.pager")).statusCode).toBe(200);
  expect((await get("/admin/ui/settings/missing.js")).statusCode).toBe(404);
});

it.each(["missing.js", "..%2f..%2fsecret.txt", "..%5csecret.txt", ".", "main-AbC1.js%00.css", "sub/main-AbC1.js"])(
  "serves no %s",
  async (name) => {
    expect((await get(`/admin/ui/assets/${name}`)).statusCode).toBe(404);
  },
);

it("serves its page for every path of the console, with a fresh nonce in page and policy", async () => {
  const [one, other] = [await get("/admin/ui/plugins/com.example.plugin/settings"), await get("/admin/ui/")];
  const nonce = /nonce="([^"]+)"/.exec(one.body)?.[1];
  expect(one.headers["content-security-policy"]).toContain(`'nonce-${nonce}'`);
  expect(other.body).not.toBe(one.body);
});

it("threat 141: lets its page frame nothing but plugins' pages", async () => {
  expect((await get("/admin/ui/")).headers["content-security-policy"]).toContain(
    "; frame-src https://localhost:8443/plugin-ui/;",
  );
});
