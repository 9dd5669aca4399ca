import { chmodSync, statSync } from "node:fs";
import { createTempDir } from "@hilum/testkit";
import { expect, it } from "vitest";
import { createKeptServers } from "./kept-servers.ts";

const url = "https://localhost:8443";

it("keeps a server in a file of this user alone, and the newest is the current one", async () => {
  using folder = createTempDir("cli");
  const servers = createKeptServers({ XDG_CONFIG_HOME: folder.path });
  expect(await servers.current()).toBeUndefined();
  await servers.keep({ url, token: "t" });
  await servers.keep({ url: "https://hilum.example.org", session: "__Host-sid=1" });
  await servers.keep({ url, token: "u" });
  expect(statSync(servers.path).mode & 0o777).toBe(0o600);
  expect(await servers.current()).toEqual({ url, token: "u" });
  await servers.forget(url);
  expect(await servers.current()).toBeUndefined();
  expect(await servers.find("https://hilum.example.org")).toMatchObject({ session: "__Host-sid=1" });
});

it("reads no file that others can read", async () => {
  using folder = createTempDir("cli");
  const servers = createKeptServers({ HOME: folder.path });
  await servers.keep({ url, token: "t" });
  chmodSync(servers.path, 0o640);
  await expect(servers.current()).rejects.toThrow("can be read by other users");
});
