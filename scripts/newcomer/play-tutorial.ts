import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { requires } from "@hilum/testkit";
import { repository } from "../process.ts";
import { startOwnServer } from "./own-server.ts";
import { typeCommand, type Terminal, type TypedCommand } from "./person-at-a-terminal.ts";
import { applyChange, readSteps } from "./tutorial-page.ts";

/** Each page, and the plugin that its reader makes. */
export const tutorials = { node: "docs/tutorial/node.md", python: "docs/tutorial/python.md" } as const;
export type TutorialLanguage = keyof typeof tutorials;
const plugin = "com.example.reminders";
const password = "a newcomer's long password";
const deliveryTimeoutMs = 60_000;

export interface Played {
  commands: TypedCommand[];
  /** How many of the commands it took until the message was sent. */
  untilSent: number;
  /** Lines that the plugin logged for the message. */
  log: string;
}

/**
 * Follows a tutorial to its end on a server of its own. A shown file must be what the folder has; the message must
 * arrive as sent. Everything is left in `reports/newcomer/{language}` where it fails, and removed where it does not.
 */
export async function playTutorial(language: TutorialLanguage, say: (line: string) => void): Promise<Played> {
  const folder = join(repository, "reports/newcomer", language);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const dataDir = join(folder, "hilum-data");
  if (language === "python") choosePython(folder);
  const steps = readSteps(readFileSync(join(repository, tutorials[language]), "utf8"));
  const commands: TypedCommand[] = [];
  let server: Awaited<ReturnType<typeof startOwnServer>> | undefined;
  let untilSent = 0;
  let log = "";
  const terminal = (): Terminal => ({ cwd: repository, env: environment(folder, dataDir, server?.url), password });
  const take = (typed: TypedCommand): void => {
    commands.push(typed);
    say(`  ${String(commands.length).padStart(2)}  ${typed.seconds.toFixed(1).padStart(5)} s  ${typed.command}`);
  };
  try {
    for (const step of steps) {
      if (step.kind === "command" && step.command === "npm install") {
        // It has happened, or this would not run.
        take({ command: step.command, seconds: 0, output: "" });
      } else if (step.kind === "command" && step.command === "npm start") {
        const startedAt = performance.now();
        server = await startOwnServer(dataDir);
        take({ command: step.command, seconds: (performance.now() - startedAt) / 1000, output: "" });
        await makeAdministrator(server.setupCode, terminal());
        say("      the first administrator is made in the console");
      } else if (step.kind === "command") {
        const typed = await typeCommand(step.command.replaceAll("hilum-data", dataDir), terminal());
        take({ ...typed, command: step.command });
        if (!step.command.includes("messages send")) continue;
        untilSent = commands.length;
        await seeItSent(terminal());
        log = (await typeCommand(`npx hilum logs list ${plugin} --json`, terminal())).output;
      } else {
        const path = join(dataDir, "workspace", plugin, step.path);
        const text = readFileSync(path, "utf8");
        if (step.kind === "change") writeFileSync(path, applyChange(text, step));
        else if (text !== step.text)
          throw new Error(`${tutorials[language]} shows another ${step.path} than scaffold writes`);
      }
    }
    if (untilSent === 0) throw new Error(`${tutorials[language]} never sends a message`);
  } finally {
    await server?.stop();
  }
  rmSync(folder, { recursive: true, force: true });
  return { commands, untilSent, log };
}

/** Nothing of the person who runs this is touched: sessions are kept below `folder`. */
function environment(folder: string, dataDir: string, url: string | undefined): NodeJS.ProcessEnv {
  return {
    PATH: [join(folder, "bin"), process.env["PATH"]].join(delimiter),
    HOME: process.env["HOME"],
    TERM: "dumb",
    XDG_CONFIG_HOME: join(folder, "config"),
    PYTHONDONTWRITEBYTECODE: "1",
    ...(url === undefined ? {} : { HILUM_URL: url, HILUM_CA: join(dataDir, "tls/ca.pem") }),
  };
}

/** `python3` of the newcomer is the one that has what the page asks for: a machine may have several. */
function choosePython(folder: string): void {
  const { path: python, reason, enable } = requires("pytest-asyncio");
  if (python === undefined) throw new Error(`${reason}: ${enable}`);
  mkdirSync(join(folder, "bin"));
  writeFileSync(join(folder, "bin/python3"), `#!/bin/sh\nexec "${python}" "$@"\n`, { mode: 0o755 });
}

async function makeAdministrator(code: string, terminal: Terminal): Promise<void> {
  const person = `--username ada --display-name "Ada Example" --password "${password}"`;
  await typeCommand(`npx hilum identity create-first-administrator --code ${code} ${person}`, terminal);
}

/** Reads the newest message until it has left, by the same command as a person would. */
async function seeItSent(terminal: Terminal): Promise<void> {
  const deadline = Date.now() + deliveryTimeoutMs;
  while (Date.now() < deadline) {
    const { output } = await typeCommand("npx hilum messages list --json", terminal);
    const { items } = JSON.parse(output) as { items: { state: string }[] };
    if (items[0]?.state === "sent") return;
    await sleep(200);
  }
  throw new Error(`The message was not sent within ${deliveryTimeoutMs / 1000} s.`);
}
