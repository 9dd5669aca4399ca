import { randomBytes } from "node:crypto";
import type { Host } from "@hilum/host";
import type { GrantTable } from "../../grant-table.ts";
import type { AskTokenEndpoint } from "./token-endpoint.ts";

const timeoutMs = 15_000;
const responseBytesMax = 65_536;

/** Asks token endpoints by the host's own fetch. While a setup is tried out, nothing but this one place is open. */
export function createTokenEndpoint({ host, grants }: { host(): Host; grants: GrantTable }): AskTokenEndpoint {
  return async ({ plugin, instance }, { step, url, scope, client, form, trial }) => {
    const key = { plugin, instance };
    const path = new URL(url).pathname;
    const { secret } = client;
    const destination = {
      ...{ id: step, scope, phi: false, headers: [], timeoutMs, responseBytesMax },
      requests: [{ method: "POST" as const, path }],
      ...(secret === undefined ? {} : { credential: () => basicOf(client.id, secret) }),
    };
    const params = { method: "POST" as const, path, headers: { accept: "application/json" }, body: { form } };
    const ask = async (asking: typeof key & { trial?: string }) => {
      const { status, body } = await host().fetch(asking, destination, params);
      return { status, text: "text" in body ? body.text : "" };
    };
    if (!trial) return await ask(key);
    const trying = { ...key, trial: randomBytes(6).toString("hex") };
    const forbid = grants.allowTrial(trying, [scope]);
    try {
      return await ask(trying);
    } finally {
      forbid();
    }
  };
}

/** Id and secret are encoded as in a form before they become user name and password (RFC 6749 section 2.3.1). */
function basicOf(id: string, secret: string) {
  const encode = (text: string): string => new URLSearchParams({ x: text }).toString().slice(2);
  return { type: "basic" as const, username: encode(id), password: encode(secret) };
}
