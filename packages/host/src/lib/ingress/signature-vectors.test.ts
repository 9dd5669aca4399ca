import type { HookSignature } from "@hilum/contract";
import { describe, expect, it } from "vitest";
import { isSignature, readPublicKey } from "./schemes/ed25519.ts";
import { verifySignature } from "./signature.ts";
import type { SignedRequest } from "./signed-request.ts";

/** Vectors that others published: none of them was made with the code they judge. */

const request = (changes: Partial<SignedRequest> = {}): SignedRequest => ({
  origin: "https://hilum.example.org",
  target: "/hooks/com.example.callbacks/default/status",
  headers: {},
  body: Buffer.alloc(0),
  ...changes,
});
const good = expect.objectContaining({ ok: true });
const bad = { ok: false, fault: "signature_wrong" };

describe("HMAC", () => {
  // docs.github.com, "Validating webhook deliveries", section "Testing the webhook payload validation".
  it("is right for GitHub's documented example", () => {
    const by: HookSignature = {
      scheme: "hmac",
      algorithm: "sha256",
      header: "x-hub-signature-256",
      encoding: "hex",
      prefix: "sha256=",
      secret: "secret",
      signed: "body",
    };
    const headers = {
      "x-hub-signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
    };
    const secret = "It's a Secret to Everybody";
    expect(verifySignature(by, secret, request({ headers, body: Buffer.from("Hello, World!") }))).toEqual(good);
    expect(verifySignature(by, secret, request({ headers, body: Buffer.from("Hello, World?") }))).toEqual(bad);
    expect(verifySignature(by, "another", request({ headers, body: Buffer.from("Hello, World!") }))).toEqual(bad);
  });

  // RFC 4231 section 4.3 (test case 2) and RFC 2202 section 3 (test case 2): the same key and data.
  it.each([
    ["sha1", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"],
    ["sha256", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"],
    [
      "sha512",
      "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
    ],
  ] as const)("is right for the vectors of the RFCs with %s, in hex and in base64", (algorithm, hex) => {
    const body = Buffer.from("what do ya want for nothing?");
    for (const encoding of ["hex", "base64"] as const) {
      const by = { scheme: "hmac", algorithm, header: "x-sig", encoding, secret: "s", signed: "body" } as const;
      const headers = { "x-sig": Buffer.from(hex, "hex").toString(encoding) };
      expect(verifySignature(by, "Jefe", request({ headers, body })), encoding).toEqual(good);
      expect(verifySignature(by, "jefe", request({ headers, body })), encoding).toEqual(bad);
    }
  });
});

describe("Standard Webhooks", () => {
  // github.com/standard-webhooks/standard-webhooks, libraries/javascript/src/webhook.test.ts, "sign function works".
  const by = { scheme: "standard-webhooks", secret: "s" } as const;
  const key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const body = Buffer.from('{"test": 2432232314}');
  const published = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
  const headersWith = (signature: string, changes: object = {}) => ({
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": signature,
    ...changes,
  });
  const verify = (signature: string, changes: object = {}, secret = key) =>
    verifySignature(by, secret, request({ headers: headersWith(signature, changes), body }));

  it("is right for the published vector, with and without the secret's prefix, and among other signatures", () => {
    expect(verify(published)).toEqual({ ok: true, identity: expect.any(String), signedAtMs: 1_614_265_330_000 });
    expect(verify(published, {}, key.slice("whsec_".length))).toEqual(good);
    const others = "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=";
    expect(verify(`${others} ${others.replace("v1", "v2")} ${published} ${others}`)).toEqual(good);
  });

  it("is wrong for each change of it", () => {
    expect(verify(published, { "webhook-id": "msg_other" })).toEqual(bad);
    expect(verify(published, { "webhook-timestamp": "1614265331" })).toEqual(bad);
    expect(verify(published.replace("v1,", "v2,"))).toMatchObject({ fault: "signature_malformed" });
    expect(verify("v1,")).toMatchObject({ fault: "signature_malformed" });
    expect(verify(published.slice(0, 8))).toMatchObject({ fault: "signature_malformed" });
    expect(verify(published, { "webhook-timestamp": "hello" })).toMatchObject({ fault: "timestamp_malformed" });
    expect(verify(published, { "webhook-id": undefined })).toMatchObject({ fault: "id_missing" });
    expect(verify(published, { "webhook-timestamp": undefined })).toMatchObject({ fault: "timestamp_missing" });
    for (const secret of ["whsec_", "not base64!"])
      expect(verify(published, {}, secret), secret).toMatchObject({ fault: "key_invalid" });
    expect(verify(published, {}, "")).toMatchObject({ fault: "key_missing" });
  });
});

describe("Twilio", () => {
  const by = { scheme: "twilio", secret: "s" } as const;
  const form = "application/x-www-form-urlencoded; charset=UTF-8";
  const call = (number: string): [string, string][] => [
    ["CallSid", "CA1234567890ABCDE"],
    ["Caller", number],
    ["Digits", "1234"],
    ["From", number],
    ["To", "+18005551212"],
  ];
  const target = "/myapp.php?foo=1&bar=2";
  const verifyForm = (signature: string, pairs: [string, string][], changes: Partial<SignedRequest> = {}) =>
    verifySignature(
      by,
      "12345",
      request({
        origin: "https://mycompany.com",
        target,
        headers: { "content-type": form, "x-twilio-signature": signature },
        body: Buffer.from(new URLSearchParams(pairs).toString()),
        ...changes,
      }),
    );

  it("is right for the example of its documentation, whatever the order of the form", () => {
    // twilio.com/docs/usage/security, "Validating signatures from Twilio"; the second is its older number.
    for (const [signature, number] of [
      ["0/KCTR6DLpKmkAf8muzZqo1nDgQ=", "+12349013030"],
      ["RSOYDt4T1cUTdK1PDd93/VVr8B8=", "+14158675309"],
    ] as const) {
      expect(verifyForm(signature, call(number))).toEqual(good);
      expect(verifyForm(signature, call(number).toReversed())).toEqual(good);
      expect(verifyForm(signature, call(number).slice(1))).toEqual(bad);
      expect(verifyForm(signature, [...call(number), ["Body", "x"]])).toEqual(bad);
    }
  });

  // github.com/twilio/twilio-node, spec/validation.spec.js.
  it("is right for the vectors of Twilio's own library: ports, special characters, repeated names", () => {
    const number = "+14158675309";
    expect(verifyForm("kvajT1Ptam85bY51eRf/AJRuM3w=", call(number))).toEqual(good);
    const withPort = { origin: "https://mycompany.com:1234" };
    expect(verifyForm("RSOYDt4T1cUTdK1PDd93/VVr8B8=", call(number), withPort)).toEqual(good);
    // The library writes the address as it goes over the line before it judges: an apostrophe becomes %27.
    const special = { target: `${target}&Body=It%27s+amazing` };
    expect(verifyForm("TfZzewPq8wqrGlMfyAud8+/IvJ0=", call(number), special)).toEqual(good);
    const addresses: [string, string][] = [
      ["MessagingBinding.Address", "+1415xxxxxxx"],
      ["MessagingBinding.Address", "+1325xxxxxxx"],
    ];
    expect(verifyForm("83O6e2vORAoJHUNzJjDWN1jz+BA=", addresses)).toEqual(good);
    expect(verifyForm("83O6e2vORAoJHUNzJjDWN1jz+BA=", addresses.toReversed())).toEqual(good);
    const digits: [string, string][] = [
      ["Sid", "CA123"],
      ["SidAccount", "AC123"],
      ["Digits", "5678"],
      ["Digits", "1234"],
      ["Digits", "1234"],
    ];
    expect(verifyForm("IK+Dwps556ElfBT0I3Rgjkr1wJU=", digits)).toEqual(good);
    expect(verifyForm("WRONG_SIGNATURE", call(number))).toMatchObject({ fault: "signature_malformed" });
  });

  it("is right for a JSON body whose digest stands in the signed address, and for no other body", () => {
    const json = '{"property": "value", "boolean": true}';
    const digest = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620";
    const verifyJson = (signature: string, address: string, body: string, type = "application/json") =>
      verifySignature(
        by,
        "12345",
        request({
          origin: "https://mycompany.com",
          target: address,
          headers: { "content-type": type, "x-twilio-signature": signature },
          body: Buffer.from(body),
        }),
      );
    expect(verifyJson("a9nBmqA0ju/hNViExpshrM61xv4=", `${target}&bodySHA256=${digest}`, json)).toEqual(good);
    expect(verifyJson("y77kIzt2vzLz71DgmJGsen2scGs=", `/myapp.php?bodySHA256=${digest}`, json)).toEqual(good);
    const ofEmpty = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    expect(verifyJson("Ldidvp12m26NI7eqEvxnEpkd9Hc=", `${target}&bodySHA256=${ofEmpty}`, "{}")).toEqual(good);
    expect(verifyJson("a9nBmqA0ju/hNViExpshrM61xv4=", `${target}&bodySHA256=${digest}`, "{}")).toEqual(bad);
  });
});

describe("Ed25519", () => {
  // RFC 8032 section 7.1, tests 1 to 3.
  it.each([
    [
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
      "",
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ],
    [
      "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
      "72",
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ],
    [
      "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
      "af82",
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ],
  ])("is right for the RFC's key %s", (publicKey, message, signature) => {
    const spellings = [publicKey, Buffer.from(publicKey, "hex").toString("base64")];
    const spki = readPublicKey(publicKey)?.export({ format: "der", type: "spki" }) ?? Buffer.alloc(0);
    const pem = readPublicKey(publicKey)?.export({ format: "pem", type: "spki" }) ?? "";
    for (const spelling of [...spellings, spki.toString("base64"), String(pem)]) {
      const key = readPublicKey(spelling);
      if (key === undefined) throw new Error(`${spelling} is not read`);
      const bytes = Buffer.from(signature, "hex");
      expect(isSignature(key, Buffer.from(message, "hex"), bytes)).toBe(true);
      expect(isSignature(key, Buffer.from(`${message}00`, "hex"), bytes)).toBe(false);
      // The same signature with the group's order added to its second half (RFC 8032 section 5.1.7, malleability).
      expect(
        isSignature(key, Buffer.from(message, "hex"), Buffer.concat([bytes.subarray(0, 32), Buffer.alloc(32, 0xff)])),
      ).toBe(false);
    }
  });

  it("takes nothing else for a public key", () => {
    for (const text of ["", "00", "zz".repeat(32), "-----BEGIN NOTHING-----", "a".repeat(10_000)])
      expect(readPublicKey(text), text.slice(0, 40)).toBeUndefined();
  });
});
