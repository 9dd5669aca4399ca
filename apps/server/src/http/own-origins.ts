import type { Config } from "../config.ts";

/** Origins that are this server's own: where the console may have been loaded from. */
export function createOwnOrigins(
  { host, publicUrl }: Config,
  ports: () => readonly number[],
): () => ReadonlySet<string> {
  let known: { key: string; origins: ReadonlySet<string> } | undefined;
  return () => {
    const key = ports().join();
    if (known?.key !== key) known = { key, origins: makeOrigins(host, publicUrl, ports()) };
    return known.origins;
  };
}

function makeOrigins(host: string, publicUrl: URL | undefined, ports: readonly number[]): ReadonlySet<string> {
  if (publicUrl !== undefined) return new Set([publicUrl.origin]);
  const names = ["localhost", "127.0.0.1", "[::1]", ...(host === "0.0.0.0" || host === "::" ? [] : [host])];
  return new Set(ports.flatMap((port) => names.map((name) => new URL(`https://${name}:${port}`).origin)));
}

/**
 * The origin that a request reached us by. A Host that is not ours never stands in a policy: another site that points its name
 * at this server (DNS rebinding) would name itself.
 */
export function originOf(host: string | undefined, ownOrigins: ReadonlySet<string>): string {
  const named = `https://${host ?? ""}`;
  const [first = "https://localhost"] = ownOrigins;
  return ownOrigins.has(named) ? named : first;
}
