import { readFile } from "node:fs/promises";
import { parseArgs, type ParseArgsConfig } from "node:util";
import { operations, type AnswerOf, type OperationId, type OperationOf, type OperationSpec } from "@hilum/contract/api";
import type { Call } from "../read-arguments.ts";
import type { Sender } from "../send-call.ts";
import type { Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";

type Asked = Partial<Pick<Call, "query" | "body" | "upload">> & { params?: Record<string, string> };

/** What a flow works with: the words that came after its own, the server, the person at the terminal. */
export interface FlowContext {
  positionals: readonly string[];
  /** Flags by name; those that may be given again are lists. */
  flags: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;
  terminal: Terminal;
  /** Says how far it is, a line each. */
  say(line: string): void;
  /** Asks the server; throws an ApiProblem. */
  ask<Id extends OperationId>(id: Id, asked?: Asked): Promise<AnswerOf<OperationOf<Id>>>;
  /** As `ask`, for an answer that is bytes. */
  download(id: OperationId, asked?: Asked): Promise<Buffer>;
}

/** Several operations one after another, as the console's screen of the same name does them; what is secret stays in this program. */
export interface Flow {
  /** `publish`, `keeper begin`. */
  words: string;
  summary: string;
  usage: readonly string[];
  flags: NonNullable<ParseArgsConfig["options"]>;
  /** What it asks of the server; nothing where all is done here. */
  operations: readonly OperationId[];
  run(context: FlowContext): Promise<void>;
}

export function readFlags(flow: Flow, words: readonly string[]): Pick<FlowContext, "positionals" | "flags"> {
  const options = { ...flow.flags, url: { type: "string" as const }, help: { type: "boolean" as const } };
  try {
    const { values, positionals } = parseArgs({ args: [...words], allowPositionals: true, options });
    return { positionals, flags: values };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : "Unknown flag.", `hilum ${flow.words} --help`);
  }
}

export function createAsking(sender: () => Promise<Sender>): Pick<FlowContext, "ask" | "download"> {
  const send = async (id: OperationId, { params = {}, query = {}, ...rest }: Asked = {}) => {
    const operation = (operations as readonly OperationSpec[]).find((one) => one.id === id);
    if (operation === undefined) throw new Error(`there is no operation ${id}`);
    return await (await sender()).send(operation, { params, query, ...rest });
  };
  return {
    ask: async (id, asked) => {
      const answer = await send(id, asked);
      return ("data" in answer ? answer.data : undefined) as never;
    },
    download: async (id, asked) => {
      const answer = await send(id, asked);
      if (!("stream" in answer)) throw new Error(`${id} answers no bytes`);
      return Buffer.from(await new Response(answer.stream).arrayBuffer());
    },
  };
}

/** A flag that has to be there. */
export function needed({ flags }: Pick<FlowContext, "flags">, name: string, hint: string): string {
  const value = flags[name];
  if (typeof value !== "string" || value === "") throw new UsageError(`It takes --${name}.`, hint);
  return value;
}

export const listed = ({ flags }: Pick<FlowContext, "flags">, name: string): string[] =>
  [flags[name] ?? []].flat().filter((value) => typeof value === "string");

export async function readBytes(path: string): Promise<Buffer> {
  return await readFile(path).catch(() => {
    throw new UsageError(`The file ${path} cannot be read.`, "Name a file that is there.");
  });
}

/** A text, or `@file` for that file's text. */
export const readText = async (value: string): Promise<string> =>
  value.startsWith("@") ? (await readBytes(value.slice(1))).toString("utf8") : value;

/** Goes on only where the person says so, or `--yes` was given. */
export async function confirm({ flags, terminal }: FlowContext, question: string): Promise<void> {
  if (flags["yes"] === true) return;
  const answer = await terminal.ask(`${question} (yes/no) `);
  if (answer?.trim().toLowerCase() !== "yes")
    throw new UsageError("Nothing was sent.", "Answer yes, or give --yes where nobody can be asked.");
}
