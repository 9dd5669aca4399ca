import { createInterface } from "node:readline/promises";
import { Writable, type Readable } from "node:stream";
import { ReadStream } from "node:tty";

/** The person at the terminal, if there is one. */
export interface Terminal {
  /** Undefined where nobody can be asked. */
  ask(question: string): Promise<string | undefined>;
  /** What is typed is not shown. */
  askSecret(question: string): Promise<string | undefined>;
}

/** Questions go to standard error, so that standard output is the answer alone; answers come from the terminal itself. */
export function createTerminal(
  stdin: Readable & { isTTY?: boolean },
  stderr: Writable & { isTTY?: boolean },
  openTerminal: () => number,
): Terminal {
  async function read(question: string, hidden: boolean): Promise<string | undefined> {
    const input = inputOf(stdin, openTerminal);
    if (input === undefined || stderr.isTTY !== true) return undefined;
    const output = hidden ? new Writable({ write: (_chunk, _encoding, done) => done() }) : stderr;
    const line = createInterface({ input, output, terminal: true });
    try {
      if (hidden) stderr.write(question);
      const answer = await line.question(hidden ? "" : question);
      if (hidden) stderr.write("\n");
      return answer.trim();
    } finally {
      line.close();
      if (input !== stdin) (input as ReadStream).destroy();
    }
  }
  return { ask: (question) => read(question, false), askSecret: (question) => read(question, true) };
}

function inputOf(stdin: Readable & { isTTY?: boolean }, openTerminal: () => number): Readable | undefined {
  if (stdin.isTTY === true) return stdin;
  try {
    return new ReadStream(openTerminal());
  } catch {
    return undefined;
  }
}
