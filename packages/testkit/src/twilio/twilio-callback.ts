import { createHmac } from "node:crypto";
import { request } from "node:https";

/** The value of X-Twilio-Signature: HMAC-SHA1 of the URL and the sorted fields, each name followed by its value. */
export function signTwilio(authToken: string, url: string, fields: Readonly<Record<string, string>>): string {
  const text = Object.entries(fields)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .reduce((signed, [name, value]) => signed + name + value, url);
  return createHmac("sha1", authToken).update(text, "utf8").digest("base64");
}

export interface CallbackOptions {
  /** PEM that the receiver's certificate is checked against. */
  ca: string | undefined;
  /** Where to connect instead of the URL's host, as a reverse proxy or DNS would lead. */
  connectTo: string | undefined;
}

/** Posts a form as Twilio does; answers the status, or 0 where nobody could be reached. */
export function postCallback(
  url: string,
  fields: Readonly<Record<string, string>>,
  signature: string,
  { ca, connectTo }: CallbackOptions,
): Promise<number> {
  const body = new URLSearchParams(fields).toString();
  const target = new URL(url);
  const { promise, resolve } = Promise.withResolvers<number>();
  const outgoing = request(
    {
      method: "POST",
      host: connectTo ?? target.hostname,
      servername: target.hostname,
      port: target.port === "" ? 443 : Number(target.port),
      path: `${target.pathname}${target.search}`,
      agent: false,
      timeout: 10_000,
      headers: {
        host: target.host,
        "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
        "content-length": Buffer.byteLength(body),
        "user-agent": "TwilioProxy/1.1",
        "x-twilio-signature": signature,
      },
      ...(ca === undefined ? {} : { ca }),
    },
    (answer) => {
      answer.resume();
      answer.on("end", () => resolve(answer.statusCode ?? 0));
      answer.on("error", () => resolve(0));
    },
  );
  outgoing.on("timeout", () => outgoing.destroy());
  outgoing.on("error", () => resolve(0));
  outgoing.end(body);
  return promise;
}
