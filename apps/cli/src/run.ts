import { createWriteStream } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { isApiProblem } from "@hilum/client";
import { isHilumError } from "@hilum/contract";
import { commands, findCommand, ownCommands, type Command } from "./command.ts";
import { complete, renderCompletion } from "./completion.ts";
import { createAsking, readFlags, type Flow } from "./flows/flow.ts";
import { findFlow, flows, renderFlow } from "./flows/flows.ts";
import { exitCodeOf, exitCodeOfAnswer, exitCodes } from "./exit-codes.ts";
import { renderCommand, renderGroup, renderHelp } from "./help.ts";
import { createKeptServers, type KeptServer, type KeptServers } from "./kept-servers.ts";
import { login, loginHelp, originOf, readAuthority } from "./login.ts";
import { readArguments, type Call } from "./read-arguments.ts";
import { oneLine, renderAnswer } from "./render.ts";
import { createSender, type Answer } from "./send-call.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";
import { version } from "./version.ts";

export interface RunPorts {
  env: Readonly<Record<string, string | undefined>>;
  terminal: Terminal;
  stdin: Readable;
  stdout: Writable & { columns?: number };
  stderr: Writable;
}

/** Runs one command line and answers the exit code. Never throws. */
export async function run(words: readonly string[], ports: RunPorts): Promise<number> {
  try {
    return await dispatch(words, ports);
  } catch (error) {
    ports.stderr.write(explain(error));
    return exitCodeOf(error);
  }
}

async function dispatch(words: readonly string[], ports: RunPorts): Promise<number> {
  const [group = "help", name, ...rest] = words;
  const print = (text: string): number => (ports.stdout.write(text), exitCodes.done);
  if (group === "--dump-commands") return print(dumpCommands());
  if (group === "--complete") return print(`${complete(words.slice(1)).join("\n")}\n`);
  if (group === "help" || group === "--help") return print(renderHelp());
  if (group === "version" || group === "--version") return print(`${version}\n`);
  if (group === "completion") return print(renderCompletion(name));
  const servers = createKeptServers(ports.env);
  const asksForHelp = words.includes("--help");
  if (group === "login")
    return print(asksForHelp ? loginHelp : `${await login(words.slice(1), { ...ports, servers })}\n`);
  const found = findFlow(words);
  if (found !== undefined)
    return asksForHelp ? print(renderFlow(found.flow)) : await lead(found.flow, found.rest, ports, servers);
  if (group === "logout") return print(`${await logout(ports, servers)}\n`);
  if (name === undefined || name.startsWith("--")) return showGroup(group, print);
  const command = findCommand(group, name);
  if (command === undefined) throw new UsageError(`There is no command \`${group} ${name}\`.`, `hilum ${group}`);
  return asksForHelp ? print(renderCommand(command)) : await call(command, rest, ports, servers);
}

function showGroup(group: string, print: (text: string) => number): number {
  const led = flows.filter(({ words }) => words.startsWith(`${group} `));
  if (led.length > 0) return print(led.map(renderFlow).join("\n"));
  if (!commands.some((command) => command.group === group))
    throw new UsageError(`There is no command \`${group}\`.`, "hilum help");
  return print(renderGroup(group));
}

/** One line of JSON per command; what has no operation is this program's own. */
export function dumpCommands(): string {
  const lines = [
    ...commands.map(({ group, name, operation }) => ({ command: `${group} ${name}`, operationId: operation.id })),
    ...flows.map(({ words: command, operations }) => ({ command, operations })),
    ...Object.keys(ownCommands).map((command) => ({ command })),
  ];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

async function call(
  command: Command,
  words: readonly string[],
  ports: RunPorts,
  servers: KeptServers,
): Promise<number> {
  const asked = await readArguments(command, words, ports.stdin);
  const server = await serverOf(words, ports.env, servers);
  const kept: Promise<void>[] = [];
  const sender = createSender(server, ports.terminal, (session) => {
    if (server.session !== undefined) kept.push(servers.keep({ ...server, session }));
  });
  const answer = await sender.send(command.operation, asked);
  await Promise.all(kept);
  return await show(answer, asked, ports);
}

/** Leads through a flow; the server is asked for where something is asked of it. */
async function lead(
  flow: Flow,
  words: readonly string[],
  { stdout, terminal, env }: RunPorts,
  servers: KeptServers,
): Promise<number> {
  const kept: Promise<void>[] = [];
  let sender: Promise<ReturnType<typeof createSender>> | undefined;
  const open = async (): Promise<ReturnType<typeof createSender>> => {
    const server = await serverOf(words, env, servers);
    return createSender(server, terminal, (session) => {
      if (server.session !== undefined) kept.push(servers.keep({ ...server, session }));
    });
  };
  await flow.run({
    ...readFlags(flow, words),
    ...createAsking(() => (sender ??= open())),
    terminal,
    say: (line) => stdout.write(`${line}\n`),
  });
  await Promise.all(kept);
  return exitCodes.done;
}

/** By the command line, the environment, or what was kept by `hilum login`. */
async function serverOf(words: readonly string[], env: RunPorts["env"], servers: KeptServers): Promise<KeptServer> {
  const flag = words.findIndex((word) => word === "--url" || word.startsWith("--url="));
  const word = flag === -1 ? undefined : words[flag];
  const given =
    word?.includes("=") === true ? word.slice(word.indexOf("=") + 1) : flag === -1 ? undefined : words[flag + 1];
  const url = given ?? env["HILUM_URL"];
  const known = url === undefined ? await servers.current() : await servers.find(originOf(url));
  const authority = (await readAuthority(env["HILUM_CA"])) ?? known?.authority;
  const token = env["HILUM_TOKEN"];
  if (known === undefined && url === undefined)
    throw new UsageError("No server is known.", "hilum login <url>, or set HILUM_URL and HILUM_TOKEN.");
  const place = { url: known?.url ?? originOf(url ?? ""), ...(authority === undefined ? {} : { authority }) };
  if (token !== undefined && token !== "") return { ...place, token };
  return { ...known, ...place };
}

async function logout({ terminal }: RunPorts, servers: KeptServers): Promise<string> {
  const server = await servers.current();
  if (server === undefined) return "No server is known.";
  const signOut = commands.find(({ operation }) => operation.id === "signOut");
  // A session that has ended already is gone as well.
  if (server.session !== undefined && signOut !== undefined)
    await createSender(server, terminal, () => undefined)
      .send(signOut.operation, { params: {}, query: {} })
      .catch(() => undefined);
  await servers.forget(server.url);
  return `${server.url} is forgotten.`;
}

async function show(answer: Answer, { json, out }: Call, { stdout }: RunPorts): Promise<number> {
  if ("stream" in answer) {
    await showStream(answer, out, json, stdout);
    return exitCodes.done;
  }
  const { data } = answer;
  if (out !== undefined) await writeOut(out, data);
  else if (json) stdout.write(data === undefined ? "" : `${JSON.stringify(data, undefined, 2)}\n`);
  else stdout.write(renderAnswer(data, stdout.columns ?? 120));
  return exitCodeOfAnswer(data);
}

async function showStream(
  { stream, type, name }: Extract<Answer, { stream: unknown }>,
  out: string | undefined,
  json: boolean,
  stdout: RunPorts["stdout"],
): Promise<void> {
  const source = Readable.fromWeb(stream as never);
  if (out !== undefined) return await pipeline(source, createWriteStream(out, { flags: "wx" }));
  if (type.startsWith("text/event-stream")) return await showEvents(source, json, stdout);
  if (name !== undefined && (stdout as { isTTY?: boolean }).isTTY === true)
    throw new UsageError("The answer is a file.", `Add --out ${name}`);
  for await (const chunk of source) stdout.write(chunk as Uint8Array);
}

/** One line per event: its data as JSON, or as its scalar members. */
async function showEvents(source: Readable, json: boolean, stdout: Writable): Promise<void> {
  let held = "";
  for await (const chunk of source) {
    held += String(chunk);
    const lines = held.split("\n");
    held = lines.pop() ?? "";
    for (const line of lines) {
      if (!line.startsWith("data: ")) continue;
      const data = JSON.parse(line.slice(6)) as Record<string, unknown>;
      const scalars = Object.values(data).filter((value) => typeof value !== "object");
      stdout.write(json ? `${JSON.stringify(data)}\n` : `${oneLine(scalars.map(String).join("  "))}\n`);
    }
  }
}

/** A tree of files becomes a folder, anything else a file; nothing is written over. */
async function writeOut(out: string, data: unknown): Promise<void> {
  const { files } = (data ?? {}) as { files?: unknown };
  if (!isTree(files))
    return await writeFile(out, `${JSON.stringify(data, undefined, 2)}\n`, { flag: "wx" }).catch(refuseExisting(out));
  for (const { path, text } of files) {
    const target = join(out, normalize(`/${path}`));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, text, { flag: "wx" }).catch(refuseExisting(target));
  }
}

const isTree = (files: unknown): files is { path: string; text: string }[] =>
  Array.isArray(files) &&
  files.length > 0 &&
  files.every((file: unknown) => typeof file === "object" && file !== null && "path" in file && "text" in file);

const refuseExisting = (path: string) => (error: NodeJS.ErrnoException) => {
  if (error.code !== "EEXIST") throw error;
  throw new UsageError(`${path} is there already.`, "Choose another place: nothing is written over.");
};

/** What, why, and what to do now. */
function explain(error: unknown): string {
  if (error instanceof UsageError) return `${error.message}\n${error.hint}\n`;
  if (isHilumError(error)) return `${error.detail}\n${error.spec.fix}\n${error.code}\n`;
  if (!isApiProblem(error)) return `${error instanceof Error ? error.message : "Something went wrong."}\n`;
  const untrusted = certificateFault(error.cause);
  if (untrusted !== undefined)
    return `The server's certificate is not trusted (${untrusted}).\nhilum login <url> --ca <file>, with the file that the server named when it started.\n`;
  const problems = error.problems.map(
    ({ pointer, message, line, fix }) =>
      `  ${line === undefined ? "" : `line ${line}, `}${pointer}: ${message}${fix === undefined ? "" : ` ${fix}`}\n`,
  );
  const signIn = error.code === "request.unauthenticated" ? "hilum login\n" : "";
  return `${oneLine(error.detail)}\n${problems.map((line) => `  ${oneLine(line)}\n`).join("")}${oneLine(error.fix)}\n${signIn}${error.code}${error.requestId === "" ? "" : `, request ${error.requestId}`}\n`;
}

function certificateFault(cause: unknown): string | undefined {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? "";
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/.test(code) ? code : undefined;
}
