import { HilumError, hookDefaults, hooksOf, type IngressHandleParams, type Manifest } from "@hilum/contract";
import { isUtf8 } from "node:buffer";

/** What a vendor sends to a hook. */
export interface HookDelivery {
  /** Text and bytes as they are; a form as such; any other object as JSON. Default: nothing. */
  body?: string | Uint8Array | URLSearchParams | object;
  /** In lower case. `content-type` goes by the body unless it is given. */
  headers?: Readonly<Record<string, string>>;
  /** Reaches a plugin only by a scheme that signs the address. */
  query?: Readonly<Record<string, string>>;
}

/** What the host hands over of a delivery, or its refusal of one that no vendor could make. */
export function hookParams(
  manifest: Manifest,
  id: string,
  { body = "", headers = {}, query = {} }: HookDelivery,
  receivedAt: Date,
): Omit<IngressHandleParams, "meta"> {
  const hook = hooksOf(manifest).find((declared) => declared.id === id);
  if (hook === undefined) throw new HilumError("hook.not_found", { detail: `The manifest declares no hook ${id}` });
  const { bytes, contentType } = encode(body);
  if (bytes.length > (hook.bytesMax ?? hookDefaults.bytesMax)) throw new HilumError("request.body_too_large");
  const sent = { ...(contentType === undefined ? {} : { "content-type": contentType }), ...headers };
  return {
    hook: id,
    method: "POST",
    query: hook.signature.scheme === "twilio" ? { ...query } : {},
    headers: Object.fromEntries(Object.entries(sent).filter(([name]) => /^(?:content-type$|x-|webhook-)/.test(name))),
    body: isUtf8(bytes) ? { text: bytes.toString("utf8") } : { base64: bytes.toString("base64") },
    receivedAt: receivedAt.toISOString(),
  };
}

function encode(body: NonNullable<HookDelivery["body"]>): { bytes: Buffer; contentType?: string } {
  if (typeof body === "string") return { bytes: Buffer.from(body) };
  if (body instanceof Uint8Array) return { bytes: Buffer.from(body) };
  if (body instanceof URLSearchParams)
    return { bytes: Buffer.from(body.toString()), contentType: "application/x-www-form-urlencoded" };
  return { bytes: Buffer.from(JSON.stringify(body)), contentType: "application/json" };
}
