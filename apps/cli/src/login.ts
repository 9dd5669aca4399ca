import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import type { Readable } from "node:stream";
import { parseArgs } from "node:util";
import { createHilumClient } from "@hilum/client";
import { createFetch } from "./connection.ts";
import type { KeptServer, KeptServers } from "./kept-servers.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

export const loginHelp = `Sign in at a server, or keep a token for it.

  hilum login [url] [--ca <file>] [--user <name>]     asks for the password, and for the code where there is a second factor
  hilum login [url] [--ca <file>] --token-stdin       reads a token, made under Users, Tokens, from standard input

What is kept is in a file that only you can read. A session ends by itself when it is idle; a token when it expires.
`;

const defaultUrl = "https://localhost:8443";

interface Ports {
  env: Readonly<Record<string, string | undefined>>;
  servers: KeptServers;
  terminal: Terminal;
  stdin: Readable;
}

/** Keeps how a server is trusted and as whom it is asked; answers a sentence. Throws UsageError and ApiProblem. */
export async function login(words: readonly string[], { env, servers, terminal, stdin }: Ports): Promise<string> {
  const { values, positionals } = readFlags(words);
  const url = originOf(positionals[0] ?? env["HILUM_URL"] ?? defaultUrl);
  const authority = await readAuthority(values.ca ?? env["HILUM_CA"]);
  const place: KeptServer = { url, ...(authority === undefined ? {} : { authority }) };
  if (values["token-stdin"] === true) {
    const token = (await text(stdin)).trim();
    if (token === "") throw new UsageError("No token came on standard input.", "hilum login --token-stdin < token.txt");
    const client = createHilumClient({ baseUrl: url, token, fetch: createFetch({ ...place, token }, () => undefined) });
    await client.GET("/api/v1/plugins");
    await servers.keep({ ...place, token });
    return `The token is kept for ${url}.`;
  }
  return await signIn(place, values.user, { servers, terminal });
}

async function signIn(
  place: KeptServer,
  user: string | undefined,
  { servers, terminal }: Pick<Ports, "servers" | "terminal">,
): Promise<string> {
  const asking = async (answer: Promise<string | undefined>): Promise<string> => {
    const given = await answer;
    if (given === undefined || given === "")
      throw new UsageError("Nobody is here to be asked.", "hilum login --token-stdin < token.txt");
    return given;
  };
  const username = user ?? (await asking(terminal.ask("User name: ")));
  const password = await asking(terminal.askSecret("Password: "));
  let session: string | undefined;
  const client = createHilumClient({
    baseUrl: place.url,
    fetch: createFetch({ ...place, session: "" }, (cookie) => (session = cookie)),
  });
  const { data } = await client.POST("/api/v1/sessions", { body: { username, password } });
  if ("challenge" in data)
    await client.POST("/api/v1/sessions/second-factor", {
      body: { challenge: data.challenge, code: await asking(terminal.ask("Code: ")) },
    });
  if (session === undefined)
    throw new UsageError("The server set no session.", "hilum login --token-stdin < token.txt");
  await servers.keep({ ...place, session });
  return `Signed in at ${place.url} as ${username}.`;
}

function readFlags(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: { ca: { type: "string" }, user: { type: "string" }, "token-stdin": { type: "boolean" } },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : "Unknown flag.", "hilum login --help");
  }
}

export function originOf(given: string): string {
  const url = URL.parse(given);
  if (url === null || url.protocol !== "https:")
    throw new UsageError(`${given} is no address like ${defaultUrl}.`, "hilum login --help");
  return url.origin;
}

export async function readAuthority(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  const pem = await readFile(path, "utf8").catch(() => "");
  if (!pem.includes("-----BEGIN CERTIFICATE-----"))
    throw new UsageError(`${path} holds no certificate.`, "Name the file that the server printed when it started.");
  return pem;
}
