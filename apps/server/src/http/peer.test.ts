import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import { describePeer } from "./peer.ts";

const request = (remoteAddress: string, headers: Record<string, string>): IncomingMessage =>
  ({ socket: { remoteAddress }, headers }) as unknown as IncomingMessage;

describe("describePeer", () => {
  it.each([
    ["127.0.0.1", "localhost:8443"],
    ["::1", "[::1]:8443"],
    ["::ffff:127.0.0.1", "127.0.0.1:8443"],
  ])("knows %s asking for %s as this machine", (address, host) => {
    expect(describePeer(request(address, { host }), undefined).local).toBe(true);
  });

  it.each([
    ["another address", "192.0.2.7", { host: "localhost:8443" }, undefined],
    ["another Host (DNS rebinding)", "127.0.0.1", { host: "evil.example:8443" }, undefined],
    ["a Host that only begins like one", "127.0.0.1", { host: "localhost.evil.example" }, undefined],
    ["a page in a browser", "127.0.0.1", { host: "localhost", origin: "https://localhost:8443" }, undefined],
    ["a proxy", "127.0.0.1", { host: "localhost", "x-forwarded-for": "192.0.2.7" }, undefined],
    ["a public URL in use", "127.0.0.1", { host: "localhost" }, new URL("https://hilum.example.org")],
  ])("threat 172: does not take %s for this machine", (_name, address, headers, publicUrl) => {
    expect(describePeer(request(address, headers), publicUrl).local).toBe(false);
  });
});
