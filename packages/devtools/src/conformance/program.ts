import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";

/** A program that runs and speaks the protocol on its standard streams. */
export interface Program {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Exit code, or the signal's name. Never rejects. */
  readonly exited: Promise<number | string>;
  /** Resolves when it has ended and its output is read. Never rejects. */
  readonly closed: Promise<unknown>;
  /** Resolves when nothing of it is left. */
  kill(): Promise<void>;
}

/** Starts a program in its folder with an environment that holds nothing of ours. */
export async function startCommand({
  command = [],
  cwd = ".",
  egressSocket,
}: {
  command?: readonly string[];
  cwd?: string;
  egressSocket?: string;
}): Promise<Program> {
  const [program = "", ...args] = command;
  const { PATH = "", TMPDIR = "/tmp" } = process.env;
  const egress = egressSocket === undefined ? {} : { HILUM_EGRESS_SOCKET: egressSocket };
  const env = { PATH, TMPDIR, HOME: TMPDIR, LANG: "C.UTF-8", ...egress };
  const child = spawn(program, args, { cwd, env, stdio: ["pipe", "pipe", "pipe"] });
  const failed = once(child, "error").then(([error]: unknown[]) => String((error as NodeJS.ErrnoException).code));
  const exited = Promise.race([
    once(child, "exit").then(([code, signal]: (number | string | null)[]) => code ?? signal ?? "unknown"),
    failed,
  ]);
  const closed = Promise.race([once(child, "close"), failed]);
  return {
    ...{ stdin: child.stdin, stdout: child.stdout, stderr: child.stderr, exited, closed },
    async kill() {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      await closed;
    },
  };
}
