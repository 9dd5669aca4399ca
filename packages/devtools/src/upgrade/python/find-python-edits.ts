import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { text as readText } from "node:stream/consumers";
import type { Changes, FolderFiles } from "../upgrade.ts";

export interface PythonRename {
  /** What `hilum` exports. */
  import?: { from: string; to: string };
  /** A keyword of what `hilum` takes, or a method of what `makes` returns. */
  keyword?: { takes: string; makes: string; from: string; to: string };
}

interface Found {
  edits: { path: string; line: number; column: number; old: string; text: string }[];
  byHand: Changes["byHand"];
}

const timeoutMs = 30_000;

/**
 * Finds the places of a rename in Python sources, by Python's own parser in a process of its own that sees nothing but their
 * texts: no environment, no packages, no writing. Without `python3` each file that has the name is left to a person.
 */
export async function findPythonEdits(files: FolderFiles, rename: PythonRename): Promise<Changes> {
  const names = [rename.import, rename.keyword].flatMap((one) => (one === undefined ? [] : [one]));
  const sources = [...files].filter(
    ([path, text]) => path.endsWith(".py") && names.some(({ from }) => text.includes(from)),
  );
  if (sources.length === 0) return { edits: [], byHand: [] };
  const todo = names.map(({ from, to }) => `where ${from} is the SDK's, write ${to}.`).join(" ");
  const found = await ask({ files: Object.fromEntries(sources), ...rename, todo });
  if (found === undefined)
    return {
      edits: [],
      byHand: sources.map(([path]) => ({ path, line: 1, todo: `python3 could not look at it: ${todo}` })),
    };
  return {
    byHand: found.byHand,
    edits: found.edits.map(({ path, line, column, old, text }) => {
      const start = offsetOf(files.get(path) ?? "", line, column);
      return { path, start, end: start + old.length, text };
    }),
  };
}

async function ask(question: object): Promise<Found | undefined> {
  const script = await readFile(new URL("find_edits.py", import.meta.url), "utf8");
  const { PATH = "/usr/bin:/bin" } = process.env;
  const child = spawn("python3", ["-I", "-S", "-B", "-c", script], {
    ...{ cwd: "/", env: { PATH }, stdio: ["pipe", "pipe", "ignore"], timeout: timeoutMs, killSignal: "SIGKILL" },
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once("error", () => resolve(null)).once("close", resolve);
  });
  child.stdin.on("error", () => undefined).end(JSON.stringify(question));
  const [answer, code] = await Promise.all([readText(child.stdout).catch(() => ""), ended]);
  return code === 0 ? (JSON.parse(answer) as Found) : undefined;
}

/** Python's lines end at LF, CR or both; its columns count code points. */
function offsetOf(text: string, line: number, column: number): number {
  const lines = text.split(/(?<=\r\n|\n|\r(?!\n))/);
  const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length, 0);
  return (
    before +
    Array.from(lines[line - 1] ?? "")
      .slice(0, column)
      .join("").length
  );
}
