import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { createTempDir } from "@hilum/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exitCodes } from "./exit-codes.ts";
import { run } from "./run.ts";

const main = fileURLToPath(new URL("../../server/src/main.ts", import.meta.url));
const password = "correct horse battery staple";

/** `hilum` against the server as people run it: a process of its own, with a certificate of its own authority. */
describe("hilum", () => {
  const folder = createTempDir("cli");
  let server: ChildProcess;
  let origin = "";
  let authority = "";
  let setupCode = "";

  beforeAll(async () => {
    server = spawn(process.execPath, [main], {
      cwd: folder.path,
      env: { PATH: process.env["PATH"] ?? "", HILUM_PORT: "0" },
      stdio: ["ignore", "pipe", "ignore"],
    });
    let said = "";
    for await (const part of server.stdout ?? []) {
      said += String(part);
      if (/set-up code:\n\n {4}\S+\n/.test(said)) break;
    }
    server.stdout?.on("data", () => undefined).resume();
    origin = /https:\/\/localhost:\d+/.exec(said)?.[0] ?? "";
    authority = /--cacert (\S+)/.exec(said)?.[1] ?? "";
    setupCode = / {4}(\S+)\n$/.exec(said)?.[1] ?? "";
  });
  afterAll(async () => {
    const ended = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGTERM");
    await ended;
    folder.remove();
  });

  /** Runs a command line as a person does who answers what is asked. */
  async function hilum(
    line: string,
    options: { stdin?: string; env?: Record<string, string>; answers?: readonly string[] } = {},
  ) {
    const { stdin = "", env = {}, answers = [] } = options;
    const written = { stdout: "", stderr: "" };
    const sink = (name: keyof typeof written) =>
      new Writable({ write: (chunk, _encoding, done) => ((written[name] += String(chunk)), done()) });
    const waiting = [...answers];
    const terminal = { ask: async () => waiting.shift(), askSecret: async () => waiting.shift() };
    const code = await run(line === "" ? [] : line.split(" "), {
      env: { XDG_CONFIG_HOME: folder.join("config"), ...env },
      ...{ terminal, stdin: Readable.from([stdin]), stdout: sink("stdout"), stderr: sink("stderr") },
    });
    return { code, ...written };
  }

  it("does not speak to a server whose certificate it does not trust, and says what to do", async () => {
    const { code, stderr } = await hilum("platform get-health", { env: { HILUM_URL: origin } });
    expect(code).toBe(exitCodes.unreachable);
    expect(stderr).toContain("--ca <file>");
  });

  it("asks for the first administrator's name, and signs in", async () => {
    const body = JSON.stringify({ code: setupCode, username: "ana", displayName: "Ana", password });
    const env = { HILUM_URL: origin, HILUM_CA: authority };
    expect((await hilum("identity create-first-administrator --body @-", { stdin: body, env })).code).toBe(0);
    const refused = await hilum(`login ${origin} --ca ${authority} --user ana`, { answers: ["wrong"] });
    expect([refused.code, refused.stderr.includes("session.bad_credentials")]).toEqual([exitCodes.forbidden, true]);
    const signedIn = await hilum(`login ${origin} --ca ${authority}`, { answers: ["ana", password] });
    expect(signedIn).toMatchObject({ code: 0, stdout: `Signed in at ${origin} as ana.\n` });
    expect(statSync(folder.join("config/hilum/servers.json")).mode & 0o777).toBe(0o600);
  });

  it("shows a table, or JSON for programs", async () => {
    expect((await hilum("plugins list")).stdout).toBe("Nothing.\n");
    const { stdout } = await hilum("plugins list-included --json");
    expect(JSON.parse(stdout)).toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ id: "org.hilum.smtp" })]),
    });
    expect((await hilum("plugins list-included")).stdout).toMatch(/^id +name/);
  });

  it("writes a new plugin's files into a folder, and never over another", async () => {
    const line = `dev preview-scaffold --language node --id com.example.local --name Local --capabilities send_messages --out ${folder.join("local")}`;
    expect((await hilum(line)).code).toBe(0);
    expect(existsSync(folder.join("local/plugin.ts"))).toBe(true);
    writeFileSync(folder.join("local/plugin.ts"), "// mine");
    const again = await hilum(line);
    expect([again.code, again.stderr.includes("is there already")]).toEqual([exitCodes.usage, true]);
    expect(readFileSync(folder.join("local/plugin.ts"), "utf8")).toBe("// mine");
  });

  it("downloads bytes into a file", async () => {
    mkdirSync(folder.join("zips"));
    const line = `dev download-scaffold --language python --id com.example.zip --name Zip --capabilities send_messages --out ${folder.join("zips/a.zip")}`;
    expect((await hilum(line)).code).toBe(0);
    expect(readFileSync(folder.join("zips/a.zip")).subarray(0, 2).toString()).toBe("PK");
  });

  it("tells what is wrong with a manifest, by line, and leaves with the code of what did not pass", async () => {
    writeFileSync(folder.join("bad.json"), '{"id":"com.example.a","name":"A",\n"capabilities":["send_message"]}');
    const { code, stdout } = await hilum(`plugins check-manifest --text @${folder.join("bad.json")}`);
    expect(code).toBe(exitCodes.notPassed);
    expect(stdout).toContain("/capabilities/0");
  });

  it("tells a refusal with its place, its mend and its code", async () => {
    const { code, stderr } = await hilum("plugins get com.example.absent");
    expect(code).toBe(exitCodes.refused);
    expect(stderr).toMatch(/There is no plugin com\.example\.absent\.\n[\s\S]*plugin\.not_found, request \S+/);
  });

  it("works with a token, which cannot do what asks for a person", async () => {
    const { stdout } = await hilum("tokens create --name CI --role administrator --days 1 --json");
    const { value } = JSON.parse(stdout) as { value: string };
    const env = { HILUM_URL: origin, HILUM_CA: authority, HILUM_TOKEN: value };
    expect((await hilum("plugins list", { env })).code).toBe(0);
    const refused = await hilum("plugins link-folder --path /tmp", { env });
    expect([refused.code, refused.stderr.includes("a token cannot")]).toEqual([exitCodes.forbidden, true]);
    expect((await hilum("plugins list", { env: { ...env, HILUM_TOKEN: "hlm_wrong" } })).code).toBe(exitCodes.forbidden);
    const elsewhere = { HILUM_URL: origin, HILUM_CA: authority, XDG_CONFIG_HOME: folder.join("program") };
    expect((await hilum("login --token-stdin", { env: elsewhere, stdin: "hlm_wrong\n" })).code).toBe(
      exitCodes.forbidden,
    );
    expect((await hilum("login --token-stdin", { env: elsewhere, stdin: `${value}\n` })).code).toBe(0);
    expect((await hilum("plugins list", { env: { XDG_CONFIG_HOME: folder.join("program") } })).code).toBe(0);
  });

  it("sends a file, and gets the same bytes back", async () => {
    writeFileSync(folder.join("a.pdf"), "%PDF-1.7 of nobody");
    const sent = await hilum(
      `messages upload-attachment --file ${folder.join("a.pdf")} --content-type application/pdf --json`,
    );
    const { id } = JSON.parse(sent.stdout) as { id: string };
    expect((await hilum(`messages download-attachment ${id} --out ${folder.join("b.pdf")}`)).code).toBe(0);
    expect(readFileSync(folder.join("b.pdf"), "utf8")).toBe("%PDF-1.7 of nobody");
  });

  it("prints help, groups, completions and its own version without a server", async () => {
    expect((await hilum("")).stdout).toContain("Exit codes: 0 done, 1 refused");
    expect((await hilum("dev")).stdout).toContain("hilum dev run-conformance");
    expect((await hilum("dev scaffold --help")).stdout).toContain(
      "Operation: scaffoldPlugin, POST /api/v1/dev/scaffolds",
    );
    expect((await hilum("--complete dev list-frames com.example.a --direction")).stdout).toBe(
      "to_plugin\nfrom_plugin\n",
    );
    expect((await hilum("completion bash")).stdout).toContain("complete -o default -F _hilum hilum");
    expect((await hilum("completion csh")).code).toBe(exitCodes.usage);
    expect((await hilum("version")).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect((await hilum("dev nonsense")).stderr).toContain("There is no command `dev nonsense`.");
  });

  it("forgets a server and ends its session", async () => {
    expect((await hilum("logout")).stdout).toBe(`${origin} is forgotten.\n`);
    expect((await hilum("plugins list")).code).toBe(exitCodes.usage);
  });
});
