import type { OperationSpec } from "./operation.ts";

export interface SampleInput {
  /** Where the server is, such as `https://localhost:8443`. */
  origin: string;
  params?: Readonly<Record<string, string | number>>;
  query?: Readonly<Record<string, unknown>>;
  body?: unknown;
}

/** One call in the words of three kinds of programs. */
export interface Samples {
  curl: string;
  node: string;
  python: string;
}

/**
 * Code that makes one call of the HTTP API: shown by the console and printed in the guides. The token is read from the
 * variable `HILUM_TOKEN`, and the local authority from the file `hilum-ca.pem`, so that neither is part of the text.
 * Parameters of the path that are not given stay as `{name}`.
 */
export function samplesOf(
  operation: Pick<OperationSpec, "method" | "path" | "access" | "bodyType">,
  input: SampleInput,
): Samples {
  const call: Call = {
    method: operation.method,
    url: `${input.origin}${fillPath(operation.path, input.params ?? {})}${queryOf(input.query ?? {})}`,
    needsToken: operation.access !== "public",
    bytes: operation.bodyType === "bytes",
    ...(input.body === undefined ? {} : { body: JSON.stringify(input.body, undefined, 2) }),
  };
  return { curl: curlOf(call), node: nodeOf(call), python: pythonOf(call) };
}

interface Call {
  method: string;
  url: string;
  needsToken: boolean;
  bytes: boolean;
  body?: string;
}

function fillPath(path: string, params: Readonly<Record<string, string | number>>): string {
  return path.replaceAll(/\{(\w+)\}/g, (whole, name: string) =>
    params[name] === undefined ? whole : encodeURIComponent(String(params[name])),
  );
}

function queryOf(query: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  const text = new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, String(value)])).toString();
  return text === "" ? "" : `?${text}`;
}

const typeOf = ({ bytes }: Call): string => (bytes ? "application/octet-stream" : "application/json");

function curlOf(call: Call): string {
  const { method, url, needsToken, bytes, body } = call;
  return [
    `curl --cacert hilum-ca.pem${method === "GET" ? "" : ` -X ${method}`} ${inShell(url)}`,
    ...(needsToken ? ['-H "Authorization: Bearer $HILUM_TOKEN"'] : []),
    ...(body === undefined && !bytes ? [] : [`-H ${inShell(`Content-Type: ${typeOf(call)}`)}`]),
    ...(bytes ? ["--data-binary @file"] : body === undefined ? [] : [`-d ${inShell(body)}`]),
  ].join(" \\\n  ");
}

/** Single quotes keep everything as it is but a single quote. */
const inShell = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

function nodeOf(call: Call): string {
  const { method, url, needsToken, bytes, body } = call;
  const headers = [
    ...(needsToken ? ["    authorization: `Bearer ${process.env.HILUM_TOKEN}`,"] : []),
    ...(body === undefined && !bytes ? [] : [`    "content-type": ${JSON.stringify(typeOf(call))},`]),
  ];
  return [
    "// Start with NODE_EXTRA_CA_CERTS=hilum-ca.pem",
    ...(bytes ? ['import { readFile } from "node:fs/promises";', ""] : []),
    `const response = await fetch(${JSON.stringify(url)}, {`,
    `  method: ${JSON.stringify(method)},`,
    ...(headers.length === 0 ? [] : ["  headers: {", ...headers, "  },"]),
    ...(bytes ? ['  body: await readFile("file"),'] : []),
    ...(body === undefined || bytes ? [] : [`  body: JSON.stringify(${indent(body, "  ")}),`]),
    "});",
    "console.log(response.status, await response.text());",
    "",
  ].join("\n");
}

function pythonOf(call: Call): string {
  const { method, url, needsToken, bytes, body } = call;
  const headers = [
    ...(needsToken ? [`        "Authorization": f"Bearer {os.environ['HILUM_TOKEN']}",`] : []),
    ...(body === undefined && !bytes ? [] : [`        "Content-Type": ${JSON.stringify(typeOf(call))},`]),
  ];
  return [
    ...(body === undefined || bytes ? [] : ["import json"]),
    ...(needsToken ? ["import os"] : []),
    "import ssl",
    "import urllib.request",
    "",
    "request = urllib.request.Request(",
    `    ${JSON.stringify(url)},`,
    `    method=${JSON.stringify(method)},`,
    ...(headers.length === 0 ? [] : ["    headers={", ...headers, "    },"]),
    ...(bytes ? ['    data=open("file", "rb").read(),'] : []),
    ...(body === undefined || bytes
      ? []
      : [`    data=json.dumps(${indent(toPython(JSON.parse(body)), "    ")}).encode(),`]),
    ")",
    'context = ssl.create_default_context(cafile="hilum-ca.pem")',
    "with urllib.request.urlopen(request, context=context) as response:",
    "    print(response.status, response.read().decode())",
    "",
  ].join("\n");
}

const indent = (text: string, by: string): string => text.replaceAll("\n", `\n${by}`);

/** JSON in Python's words. */
function toPython(value: unknown, at = ""): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value !== "object") return JSON.stringify(value);
  const inner = `${at}  `;
  const rows = Array.isArray(value)
    ? value.map((item) => toPython(item, inner))
    : Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}: ${toPython(member, inner)}`);
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  if (rows.length === 0) return `${open}${close}`;
  return `${open}\n${rows.map((row) => `${inner}${row},`).join("\n")}\n${at}${close}`;
}
