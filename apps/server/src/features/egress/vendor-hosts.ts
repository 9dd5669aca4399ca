import { isHost, isIpv4, type Problem } from "@hilum/contract";

/**
 * Reads hosts as a person typed them: lower case, no dot at the end, each once, sorted. What is wrong with one is named by its
 * place in the list.
 */
export async function parseVendorHosts(given: readonly string[]): Promise<{ hosts: string[]; problems: Problem[] }> {
  const parsed = await Promise.all(given.map((text, at) => parseHost(text, `/hosts/${at}`)));
  const problems = parsed.filter((entry) => typeof entry !== "string");
  const hosts = parsed.filter((entry) => typeof entry === "string");
  return { hosts: [...new Set(hosts)].toSorted(), problems };
}

async function parseHost(text: string, pointer: string): Promise<string | Problem> {
  const host = text.trim().toLowerCase().replace(/\.$/, "");
  const shown = `\`${host.slice(0, 80)}\``;
  if (/[/:@\s*]/.test(host) && !host.startsWith("["))
    return {
      pointer,
      message: `${shown} is not a host name alone.`,
      fix: "Write it without https:// and port: api.example.com. For every host below a name, begin with a dot: .example.com.",
    };
  if (!host.startsWith("."))
    return isHost(host)
      ? host.replaceAll(/^\[|\]$/g, "")
      : { pointer, message: `${shown} is not a host name.`, fix: "Write it like api.example.com." };
  const suffix = host.slice(1);
  if (!isHost(suffix) || isIpv4(suffix) || suffix.startsWith("["))
    return { pointer, message: `${shown} is not a name that hosts lie below.`, fix: "Write it like .example.com." };
  // Its lists are large, and a vendor is added once in a while.
  const { getDomain } = await import("tldts");
  if (getDomain(suffix, { allowPrivateDomains: true }) === null)
    return {
      pointer,
      message: `Hosts below ${shown} belong to many owners, not to one vendor.`,
      fix: "Name the vendor's own domain, or its hosts one by one.",
    };
  return host;
}
