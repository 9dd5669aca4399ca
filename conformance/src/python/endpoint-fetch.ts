import type { FetchParams, FetchResult } from "@hilum/contract";
import { verifySignature } from "@hilum/host";
import { setTimeout as sleep } from "node:timers/promises";
import { FetchFailure } from "@hilum/devtools/conformance";

/** Recipients with a known fate at the endpoint. */
export interface Fates {
  refused: string;
  slow: string;
  lost: string;
}

/** An endpoint that checks signatures with the host's own code, behind `http.fetch`. */
export async function fetchFromEndpoint(secret: string, params: FetchParams, fates: Fates): Promise<FetchResult> {
  const text = params.body !== undefined && "text" in params.body ? params.body.text : "";
  const verdict = verifySignature({ scheme: "standard-webhooks", secret: "s" }, secret, {
    ...{ origin: "https://endpoint.example", target: "/", headers: params.headers ?? {}, body: Buffer.from(text) },
  });
  if (!verdict.ok) return answer(401, { message: `The signature is wrong: ${verdict.fault}` }, params.path);
  const event = JSON.parse(text) as { type: string; data: { recipients?: { address: string }[] } };
  const addresses = (event.data.recipients ?? []).map(({ address }) => address);
  if (addresses.includes(fates.slow)) await sleep(30_000, undefined, { ref: false });
  if (addresses.includes(fates.lost)) throw new FetchFailure({ code: "provider.timeout", sent: "maybe" });
  const refused = addresses.flatMap((address, recipient) =>
    address === fates.refused ? [{ recipient, reason: `${address} is unknown` }] : [],
  );
  if (refused.length > 0 && refused.length === addresses.length)
    return answer(422, { code: "recipient", message: `${addresses[0]} is unknown` }, params.path);
  return answer(202, { id: "e-1", refused }, params.path);
}

const answer = (status: number, body: object, request: string): FetchResult => ({
  ...{ status, request, headers: { "content-type": "application/json" } },
  body: { text: JSON.stringify(body) },
});
