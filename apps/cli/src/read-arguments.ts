import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import type { Readable } from "node:stream";
import type { Command } from "./command.ts";
import { fieldsOf, takesDocument, type Field, type FieldKind } from "./fields.ts";
import { UsageError } from "./usage-error.ts";

/** What is asked of the server, and how the answer is shown. */
export interface Call {
  params: Record<string, string>;
  query: Record<string, unknown>;
  body?: unknown;
  /** Body of an operation that takes bytes, with its content type. */
  upload?: { bytes: Uint8Array; contentType: string };
  json: boolean;
  out?: string;
}

/** Flags that every command knows. */
export const commonFlags: readonly { flag: string; text: string }[] = [
  { flag: "--json", text: "print the answer as JSON" },
  { flag: "--out <file>", text: "write the answer into a file" },
  { flag: "--url <url>", text: "the server; or HILUM_URL" },
  { flag: "--help", text: "print this" },
];

interface Given {
  positionals: string[];
  flags: Map<string, string[]>;
}

/**
 * Reads the words after `hilum {group} {name}`. A value `@file` is the file's text, `@-` what comes on standard input;
 * `@@…` is a text that begins with an at sign. Throws UsageError.
 */
export async function readArguments(command: Command, words: readonly string[], stdin: Readable): Promise<Call> {
  const fields = fieldsOf(command.operation);
  const hint = `hilum ${command.group} ${command.name} --help`;
  const given = split(words, fields, hint);
  const call: Call = { params: {}, query: {}, json: given.flags.has("--json") };
  const out = given.flags.get("--out")?.at(-1);
  if (out !== undefined) call.out = out;

  const inPath = fields.filter(({ place }) => place === "path");
  if (given.positionals.length !== inPath.length)
    throw new UsageError(
      inPath.length === 0
        ? `\`${given.positionals[0]}\` is too much: this command takes flags alone.`
        : `It takes ${inPath.map(({ flag }) => flag).join(" ")}.`,
      hint,
    );
  inPath.forEach(({ name }, index) => (call.params[name] = given.positionals[index] ?? ""));

  const body: Record<string, unknown> = {};
  for (const field of fields.filter(({ place }) => place !== "path")) {
    const texts =
      given.flags.get(field.flag) ?? (given.flags.has(negated(field)) ? ["false"] : ofSilence(field, given));
    if (texts === undefined) continue;
    const resolved = await Promise.all(texts.map((value) => resolveText(value, stdin)));
    (field.place === "query" ? call.query : body)[field.name] = valueOf(field, resolved, hint);
  }
  await readBody(command, given, body, call, stdin, hint);
  return call;
}

/** A switch that must be there and that nobody turned on is off, unless a whole body says otherwise. */
function ofSilence({ kind, required, place }: Field, { flags }: Given): string[] | undefined {
  return kind === "switch" && required && place === "body" && !flags.has("--body") ? ["false"] : undefined;
}

async function readBody(
  { operation }: Command,
  { flags }: Given,
  body: Record<string, unknown>,
  call: Call,
  stdin: Readable,
  hint: string,
): Promise<void> {
  if (operation.bodyType === "bytes") {
    const path = flags.get("--file")?.at(-1);
    if (path === undefined) throw new UsageError("It takes --file <path>.", hint);
    call.upload = {
      bytes: await readBytes(path, hint),
      contentType: flags.get("--content-type")?.at(-1) ?? "application/octet-stream",
    };
    return;
  }
  if (operation.body === undefined) return;
  const document = flags.get("--body")?.at(-1);
  if (document === undefined && takesDocument(operation))
    throw new UsageError("It takes --body <json>, --body @file or --body @-.", hint);
  const base = document === undefined ? {} : parseJson(await resolveText(document, stdin), "--body", hint);
  call.body = typeof base === "object" && base !== null && !Array.isArray(base) ? { ...base, ...body } : base;
}

function split(words: readonly string[], fields: readonly Field[], hint: string): Given {
  const given: Given = { positionals: [], flags: new Map() };
  const switches = new Set([
    "--json",
    "--help",
    ...fields.filter(({ kind }) => kind === "switch").flatMap((field) => [field.flag, negated(field)]),
  ]);
  const known = new Set([
    ...[...switches, "--out", "--url", "--body", "--file", "--content-type"],
    ...fields.map(({ flag }) => flag),
  ]);
  let onlyPositionals = false;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (onlyPositionals || !word.startsWith("--")) {
      given.positionals.push(word);
      continue;
    }
    if (word === "--") {
      onlyPositionals = true;
      continue;
    }
    const [flag = "", ...rest] = word.split("=");
    if (!known.has(flag)) throw new UsageError(`There is no flag \`${flag}\`.`, hint);
    let value = rest.length > 0 ? rest.join("=") : undefined;
    if (value === undefined) value = switches.has(flag) ? "true" : words[(at += 1)];
    if (value === undefined) throw new UsageError(`\`${flag}\` takes a value.`, hint);
    given.flags.set(flag, [...(given.flags.get(flag) ?? []), value]);
  }
  return given;
}

const negated = ({ flag }: Field): string => flag.replace(/^--/, "--no-");

function valueOf(field: Field, texts: readonly string[], hint: string): unknown {
  if (field.kind === "list") return texts.flatMap((value) => itemsOf(field, value, hint));
  return oneValue(field.kind, texts.at(-1) ?? "", field, hint);
}

/** A list of texts may be one flag per item, or items with commas between. */
function itemsOf(field: Field, value: string, hint: string): unknown[] {
  if (value.startsWith("[")) return parseJson(value, field.flag, hint) as unknown[];
  const kind = field.items ?? "text";
  const parts = kind === "json" ? [value] : value.split(",");
  return parts.map((part) => oneValue(kind, part, field, hint));
}

function oneValue(kind: FieldKind, value: string, { flag, values }: Field, hint: string): unknown {
  if (values !== undefined && !values.includes(value))
    throw new UsageError(`\`${flag}\` is one of ${values.join(", ")}.`, hint);
  switch (kind) {
    case "number":
      if (value.trim() === "" || !Number.isFinite(Number(value)))
        throw new UsageError(`\`${flag}\` is a number.`, hint);
      return Number(value);
    case "switch":
      if (value !== "true" && value !== "false") throw new UsageError(`\`${flag}\` is true or false.`, hint);
      return value === "true";
    case "json":
      return parseJson(value, flag, hint);
    default:
      return value;
  }
}

function parseJson(value: string, flag: string, hint: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    throw new UsageError(`\`${flag}\` is no JSON.`, hint);
  }
}

async function resolveText(value: string, stdin: Readable): Promise<string> {
  if (!value.startsWith("@")) return value;
  if (value.startsWith("@@")) return value.slice(1);
  return value === "@-" ? await text(stdin) : (await readBytes(value.slice(1), "")).toString("utf8");
}

async function readBytes(path: string, hint: string): Promise<Buffer> {
  return await readFile(path).catch(() => {
    throw new UsageError(`The file ${path} cannot be read.`, hint);
  });
}
