import { generateKeyPairSync, sign } from "node:crypto";
import type { HookSignature } from "@hilum/contract";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canSign, keySetting, signRequest, signsAddress, verifySignature } from "./signature.ts";
import type { SignedRequest } from "./signed-request.ts";

const nowMs = 1_770_000_000_000;
const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const publicText = publicKey.export({ format: "der", type: "spki" }).toString("base64");

const hmacs: HookSignature[] = (["sha1", "sha256", "sha512"] as const).flatMap((algorithm) =>
  (["hex", "base64"] as const).flatMap((encoding): HookSignature[] => [
    { scheme: "hmac", algorithm, encoding, header: "x-sig", secret: "s", signed: "body" },
    {
      ...{ scheme: "hmac", algorithm, encoding, header: "x-sig", secret: "s", prefix: "v0=" },
      ...{ signed: "timestamp.body", timestampHeader: "x-time" },
    },
  ]),
);
const standard: HookSignature = { scheme: "standard-webhooks", secret: "s" };
const twilio: HookSignature = { scheme: "twilio", secret: "s" };
const ed25519: HookSignature = {
  ...{ scheme: "ed25519", header: "x-sig", timestampHeader: "x-time", publicKey: "k", encoding: "hex" },
};
const all: HookSignature[] = [...hmacs, standard, twilio, ed25519];

const keyOf = (by: HookSignature): string =>
  by.scheme === "ed25519"
    ? publicText
    : by.scheme === "standard-webhooks"
      ? "whsec_c2VjcmV0IG9mIHRoZSBjbGluaWM="
      : "secret";

function draft(body: Uint8Array, contentType = "application/json"): SignedRequest {
  return {
    origin: "https://hilum.example.org:8443",
    target: "/hooks/com.example.callbacks/default/status",
    headers: { "content-type": contentType },
    body: Buffer.from(body),
  };
}

/** As the vendor would: for Ed25519 with the private key that only the vendor has. */
function signAsVendor(by: HookSignature, request: SignedRequest): SignedRequest {
  if (by.scheme !== "ed25519") return signRequest(by, keyOf(by), request, { atMs: nowMs, id: "msg_1" });
  const timestamp = String(nowMs / 1000);
  const signature = sign(null, Buffer.concat([Buffer.from(timestamp), request.body]), privateKey).toString("hex");
  return { ...request, headers: { ...request.headers, "x-sig": signature, "x-time": timestamp } };
}

const anyScheme = fc.constantFrom(...all);
const anyBody = fc.uint8Array({ maxLength: 300 });

describe("a signature", () => {
  it("is right as the vendor makes it, whatever the body", () => {
    fc.assert(
      fc.property(anyScheme, anyBody, (by, body) => {
        const verdict = verifySignature(by, keyOf(by), signAsVendor(by, draft(body)));
        expect(verdict).toMatchObject({ ok: true });
      }),
    );
    const form = Buffer.from(new URLSearchParams({ Sid: "SM1", Status: "sent", Body: "Grüße + more" }).toString());
    const signed = signAsVendor(twilio, draft(form, "application/x-www-form-urlencoded"));
    expect(verifySignature(twilio, "secret", signed)).toMatchObject({ ok: true });
  });

  it("is wrong when one byte of the body is another", () => {
    fc.assert(
      fc.property(
        anyScheme,
        fc.uint8Array({ minLength: 1, maxLength: 300 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (by, body, place, flip) => {
          const signed = signAsVendor(by, draft(body));
          const changed = Buffer.from(signed.body);
          const at = place % changed.length;
          changed[at] = (changed[at] ?? 0) ^ flip;
          expect(verifySignature(by, keyOf(by), { ...signed, body: changed }).ok).toBe(false);
        },
      ),
    );
  });

  it("is wrong when the body is longer or shorter, also where the timestamp stands right before it", () => {
    fc.assert(
      fc.property(anyScheme, anyBody, (by, body) => {
        const signed = signAsVendor(by, draft(body));
        expect(
          verifySignature(by, keyOf(by), { ...signed, body: Buffer.concat([signed.body, Buffer.from("0")]) }).ok,
        ).toBe(false);
        if (body.length > 0)
          expect(verifySignature(by, keyOf(by), { ...signed, body: signed.body.subarray(0, -1) }).ok).toBe(false);
      }),
    );
    // A digit of the timestamp moved over into the body leaves the signed bytes as they were.
    const signed = signAsVendor(ed25519, draft(Buffer.from("{}")));
    const time = signed.headers["x-time"] ?? "";
    const moved = {
      ...signed,
      headers: { ...signed.headers, "x-time": time.slice(0, -1) },
      body: Buffer.from(`${time.slice(-1)}{}`),
    };
    expect(verifySignature(ed25519, publicText, moved)).toEqual({ ok: false, fault: "timestamp_malformed" });
  });

  it("is wrong with another key, another time, and without any of its headers", () => {
    for (const by of all) {
      const signed = signAsVendor(by, draft(Buffer.from("{}")));
      const otherKey =
        by.scheme === "ed25519"
          ? generateKeyPairSync("ed25519").publicKey.export({ format: "der", type: "spki" }).toString("base64")
          : "b3RoZXI=";
      expect(verifySignature(by, otherKey, signed).ok, by.scheme).toBe(false);
      expect(verifySignature(by, undefined, signed), by.scheme).toEqual({ ok: false, fault: "key_missing" });
      for (const name of Object.keys(signed.headers).filter((header) => header !== "content-type")) {
        expect(
          verifySignature(by, keyOf(by), { ...signed, headers: { ...signed.headers, [name]: undefined } }).ok,
        ).toBe(false);
        expect(
          verifySignature(by, keyOf(by), {
            ...signed,
            headers: { ...signed.headers, [name]: `${signed.headers[name]}, x` },
          }).ok,
          `${by.scheme} ${name}`,
        ).toBe(false);
      }
    }
  });

  it("never throws and is never right for headers that somebody made up", () => {
    const header = fc.oneof(
      fc.string({ unit: "binary", maxLength: 200 }),
      fc.constantFrom("", "v1,", "v0=", "=", "a".repeat(100_000), "v1,".repeat(1000), "0".repeat(64), "A".repeat(88)),
    );
    fc.assert(
      fc.property(
        anyScheme,
        anyBody,
        fc.dictionary(
          fc.constantFrom(
            "x-sig",
            "x-time",
            "webhook-id",
            "webhook-timestamp",
            "webhook-signature",
            "x-twilio-signature",
            "content-type",
          ),
          header,
        ),
        fc.string({ unit: "binary", maxLength: 200 }),
        (by, body, headers, query) => {
          const request = { ...draft(body), headers, target: `/hooks/a/b/c?${query}` };
          expect(verifySignature(by, keyOf(by), request).ok).toBe(false);
        },
      ),
    );
  });

  it("never throws for a key that is none", () => {
    fc.assert(
      fc.property(anyScheme, fc.string({ unit: "binary", maxLength: 100 }), (by, key) => {
        const signed = signAsVendor(by, draft(Buffer.from("{}")));
        if (key !== keyOf(by)) expect(verifySignature(by, key, signed).ok).toBe(false);
      }),
    );
  });

  it("names the same request the same, and another one otherwise", () => {
    const identityOf = (by: HookSignature, request: SignedRequest): string | undefined => {
      const verdict = verifySignature(by, keyOf(by), request);
      return verdict.ok ? verdict.identity : undefined;
    };
    for (const by of all) {
      const signed = signAsVendor(by, draft(Buffer.from("{}")));
      const identity = identityOf(by, signed);
      expect(identity).toMatch(/^[A-Za-z0-9_-]{43}$/);
      const dressed = { ...signed, headers: { ...signed.headers, "x-other": "1", "content-type": "text/plain" } };
      expect(identityOf(by, dressed), by.scheme).toBe(identity);
      if (by.scheme === "hmac" && by.encoding === "hex") {
        const prefix = by.prefix ?? "";
        const shouted = `${prefix}${signed.headers["x-sig"]?.slice(prefix.length).toUpperCase()}`;
        expect(identityOf(by, { ...signed, headers: { ...signed.headers, "x-sig": shouted } })).toBe(identity);
      }
      if (by.scheme !== "standard-webhooks")
        expect(identityOf(by, signAsVendor(by, draft(Buffer.from("[]")))), by.scheme).not.toBe(identity);
    }
    // The vendor's own id of the event: sent again with a new time it is the same event.
    const again = signRequest(standard, keyOf(standard), draft(Buffer.from("{}")), {
      atMs: nowMs + 60_000,
      id: "msg_1",
    });
    expect(identityOf(standard, again)).toBe(identityOf(standard, signAsVendor(standard, draft(Buffer.from("{}")))));
  });
});

describe("Twilio's signature, attacked by the address", () => {
  const form = "application/x-www-form-urlencoded";
  const pairs = (text: string): Buffer => Buffer.from(text);
  const signed = signAsVendor(twilio, {
    ...draft(pairs("AccountSid=AC1&MessageStatus=sent"), form),
    target: "/hooks/a/b/c?message=01K",
  });
  const judge = (changes: Partial<SignedRequest>) => verifySignature(twilio, "secret", { ...signed, ...changes });

  it.each([
    ["/hooks/a/b/c"],
    ["/hooks/a/b/c?message=01K&x=1"],
    ["/hooks/a/b/c?message=01L"],
    ["/hooks/a/b/c?message=01K&message=01K"],
    ["/hooks/a/b/c?Message=01K"],
    ["/hooks/a/b/c?message=01K&"],
    ["/hooks/a/b/c??message=01K"],
    ["/hooks/a//b/c?message=01K"],
    ["/hooks/a/b/%63?message=01K"],
    ["/hooks/a/b/c/?message=01K"],
    ["/hooks/a/b/c?message=01K#x"],
    ["https://evil.example/hooks/a/b/c?message=01K"],
  ])("is wrong for %s", (target) => {
    expect(judge({ target })).toEqual({ ok: false, fault: "signature_wrong" });
  });

  it("does not cover a body that is no form without its digest, nor a digest that stands there twice", () => {
    const json = Buffer.from('{"MessageStatus":"failed"}');
    const headers = { ...signed.headers, "content-type": "application/json" };
    expect(judge({ headers, body: json })).toEqual({ ok: false, fault: "body_not_signed" });
    expect(judge({ headers: { ...headers, "content-type": undefined } })).toEqual({
      ok: false,
      fault: "body_not_signed",
    });
    // A signature over an address without a form covers no body at all.
    const bare = signAsVendor(twilio, { ...draft(Buffer.alloc(0)), target: "/hooks/a/b/c" });
    expect(verifySignature(twilio, "secret", bare)).toMatchObject({ ok: true });
    expect(verifySignature(twilio, "secret", { ...bare, body: json })).toEqual({ ok: false, fault: "body_not_signed" });
    const covered = signAsVendor(twilio, draft(json));
    expect(covered.target).toMatch(/\?bodySHA256=[0-9a-f]{64}$/);
    const twice = `${covered.target}&bodySHA256=${"0".repeat(64)}`;
    expect(verifySignature(twilio, "secret", { ...covered, target: twice })).toEqual({
      ok: false,
      fault: "query_ambiguous",
    });
    expect(
      verifySignature(twilio, "secret", { ...covered, headers: { ...covered.headers, "content-type": form } }),
    ).toEqual({ ok: false, fault: "query_ambiguous" });
  });

  it("names a request the same when names and values are cut at another place, so that it is not taken twice", () => {
    const first = judge({});
    const recut = judge({ body: pairs("AccountSid=AC1MessageStatussent") });
    expect(first).toMatchObject({ ok: true });
    expect(recut).toEqual(first);
    const moved = judge({ target: "/hooks/a/b/c?message=01KAccountSidAC1MessageStatussent", body: Buffer.alloc(0) });
    expect(moved).toEqual(first);
  });
});

it("says which setting holds the key, and who can sign", () => {
  expect(all.map(keySetting)).toEqual([...hmacs.map(() => "s"), "s", "s", "k"]);
  expect(all.filter((by) => !canSign(by))).toEqual([ed25519]);
  expect(all.filter(signsAddress)).toEqual([twilio]);
  expect(() => signRequest(ed25519, publicText, draft(Buffer.alloc(0)), { atMs: nowMs, id: "x" })).toThrow(TypeError);
  expect(() => signRequest(standard, "!", draft(Buffer.alloc(0)), { atMs: nowMs, id: "x" })).toThrow(TypeError);
});
