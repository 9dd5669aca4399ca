import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { operations } from "@hilum/contract/api";
import { createCertificateAuthority } from "@hilum/testkit";
import { expect, it, onTestFinished } from "vitest";
import { createSender } from "./send-call.ts";

const stop = operations.find(({ id }) => id === "setLiveReload")!;
const call = { params: { plugin: "com.example.a" }, query: {}, body: { on: true } };

/** A server that asks for the password once more, until it was told. */
async function startServer() {
  const authority = await createCertificateAuthority();
  const { key, certificate } = await authority.issue({ names: ["localhost"] });
  const seen: string[] = [];
  let proven = false;
  const server = createServer({ key, cert: certificate }, (request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers.cookie ?? ""}`);
    request.resume();
    if (request.url === "/api/v1/account/step-up") {
      proven = true;
      response.setHeader("set-cookie", "__Host-sid=second; Path=/; Secure");
    }
    const refused = !proven;
    response.writeHead(refused ? 403 : 200, {
      "content-type": refused ? "application/problem+json" : "application/json",
    });
    response.end(JSON.stringify(refused ? { code: "request.step_up", title: "Once more", status: 403 } : { on: true }));
  }).listen(0, "localhost");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => void server.close());
  return { seen, authority: authority.certificate, url: `https://localhost:${(server.address() as AddressInfo).port}` };
}

it("asks for the password when an act needs it, repeats the act, and keeps the newer session", async () => {
  const { seen, ...server } = await startServer();
  const kept: string[] = [];
  const terminal = { ask: async () => undefined, askSecret: async () => "correct horse" };
  const sender = createSender({ ...server, session: "__Host-sid=first" }, terminal, (cookie) => kept.push(cookie));
  expect(await sender.send(stop, call)).toEqual({ data: { on: true } });
  expect(seen.map((line) => line.replace(/ \/api\/v1/, ""))).toEqual([
    "PUT/plugins/com.example.a/live-reload __Host-sid=first",
    "POST/account/step-up __Host-sid=first",
    "PUT/plugins/com.example.a/live-reload __Host-sid=second",
  ]);
  expect(kept).toContain("__Host-sid=second");
});

it("hands on the refusal where nobody can be asked", async () => {
  const { seen: _seen, ...server } = await startServer();
  const terminal = { ask: async () => undefined, askSecret: async () => undefined };
  await expect(
    createSender({ ...server, session: "__Host-sid=first" }, terminal, () => undefined).send(stop, call),
  ).rejects.toMatchObject({
    code: "request.step_up",
  });
});
