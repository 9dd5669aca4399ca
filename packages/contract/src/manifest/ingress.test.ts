import { describe, expect, it } from "vitest";
import { hookSecrets } from "./ingress.ts";
import type { Manifest } from "./manifest.ts";
import { parseManifest } from "./parse-manifest.ts";

const base = {
  id: "com.example.callbacks",
  name: "Callbacks",
  capabilities: ["send_messages"],
  config: {
    type: "object",
    properties: {
      token: { type: "string", secret: true },
      other: { type: "string", secret: true },
      key: { type: "string" },
      port: { type: "integer" },
    },
  },
};
const hmac = {
  scheme: "hmac",
  algorithm: "sha256",
  header: "x-signature",
  encoding: "hex",
  secret: "token",
  signed: "body",
};
const twilio = { scheme: "twilio", secret: "token" };
const ed25519 = { scheme: "ed25519", header: "x-sig", timestampHeader: "x-time", publicKey: "key", encoding: "hex" };

const withHook = (changes: object, more: object = {}) =>
  parseManifest({
    ...base,
    ...more,
    ingress: { http: [{ id: "status", title: "Delivery status", signature: hmac, ...changes }] },
  });
const problemsOf = (signature: object, more: object = {}) => {
  const parsed = withHook({ signature, ...more });
  return parsed.ok ? [] : parsed.problems;
};
const at = (member: string) => `/ingress/http/0/${member}`;

describe("hooks of a manifest", () => {
  it("may use each scheme", () => {
    const timed = { ...hmac, prefix: "sha256=", signed: "timestamp.body", timestampHeader: "x-timestamp" };
    for (const signature of [hmac, timed, twilio, ed25519, { scheme: "standard-webhooks", secret: "token" }])
      expect(problemsOf(signature), JSON.stringify(signature)).toEqual([]);
    const all = { methods: ["POST"], replaySeconds: 30, bytesMax: 262_144, phi: true };
    expect(withHook({ ...all, sample: { contentType: "application/json", text: "{}" } }).ok).toBe(true);
  });

  it("have no way to go without a signature", () => {
    expect(problemsOf({ scheme: "none" })).toEqual([
      {
        pointer: at("signature/scheme"),
        message: "`none` is not one of the values",
        fix: "Use one of hmac, standard-webhooks, twilio, ed25519.",
      },
    ]);
    expect(problemsOf({ scheme: "hmca" })[0]?.fix).toBe("Did you mean `hmac`?");
    expect(problemsOf({})[0]?.message).toBe("`scheme` is missing");
    const unsigned = parseManifest({ ...base, ingress: { http: [{ id: "status", title: "Status" }] } });
    expect(unsigned).toMatchObject({
      ok: false,
      problems: [{ pointer: at("signature"), message: "`signature` is missing" }],
    });
    for (const signature of [null, "hmac", [], 1]) expect(problemsOf(signature as object)).toHaveLength(1);
  });

  it("are told which members their scheme has, in that scheme's words", () => {
    expect(problemsOf({ ...twilio, header: "x-sig" })).toEqual([
      { pointer: at("signature/header"), message: "`header` is not a field", fix: "Fields here are scheme, secret." },
    ]);
    const { algorithm: _, ...without } = hmac;
    expect(problemsOf(without)[0]?.message).toBe("`algorithm` is missing");
    expect(problemsOf({ ...hmac, algorithm: "md5" })[0]?.pointer).toBe(at("signature/algorithm"));
  });

  it.each([
    [{ ...hmac, secret: "absent" }, "signature/secret", /does not declare/],
    [{ ...hmac, secret: "key" }, "signature/secret", /not a secret/],
    [{ ...twilio, secret: "port" }, "signature/secret", /not a secret/],
    [{ ...twilio, secret: "constructor" }, "signature/secret", /does not declare/],
    [{ ...ed25519, publicKey: "token" }, "signature/publicKey", /not a text that can be read/],
    [{ ...ed25519, publicKey: "port" }, "signature/publicKey", /not a text that can be read/],
    [{ ...hmac, header: "content-length" }, "signature/header", /belongs to HTTP/],
    [{ ...hmac, header: "X-Signature" }, "signature/header", /lower case/],
    [{ ...hmac, signed: "timestamp.body" }, "signature/timestampHeader", /missing/],
    [{ ...hmac, timestampHeader: "x-time" }, "signature/timestampHeader", /proves nothing/],
    [{ ...ed25519, timestampHeader: "x-sig" }, "signature/timestampHeader", /header of the signature/],
  ])("refuses %j", (signature, member, message) => {
    expect(problemsOf(signature)).toEqual([
      expect.objectContaining({ pointer: at(member), message: expect.stringMatching(message) }),
    ]);
  });

  it("keep to their bounds, and to one id each", () => {
    for (const [member, value] of [
      ["replaySeconds", 29],
      ["replaySeconds", 3601],
      ["bytesMax", 0],
      ["bytesMax", 262_145],
      ["methods", ["GET"]],
      ["methods", []],
      ["id", "Status"],
      ["id", "a/b"],
    ] as const)
      expect(withHook({ [member]: value }).ok, `${member} ${String(value)}`).toBe(false);
    const hook = { id: "status", title: "Status", signature: hmac };
    expect(parseManifest({ ...base, ingress: { http: [hook, hook] } })).toMatchObject({
      problems: [{ message: '"status" stands in the list twice' }],
    });
    expect(parseManifest({ ...base, ingress: { mllp: {} } })).toMatchObject({
      problems: [{ pointer: "/ingress/mllp", message: "this version does not serve `mllp` yet" }],
    });
  });

  it("bring no patient data to a plugin that says that it gets none", () => {
    const jobs = { capabilities: ["run_jobs"] };
    const refused = withHook({ phi: true }, jobs);
    expect(refused).toMatchObject({ ok: false, problems: [{ pointer: at("phi") }] });
    expect(withHook({ phi: false }, jobs).ok).toBe(true);
    expect(withHook({ phi: true }, { ...jobs, classification: { phi: "transit" } }).ok).toBe(true);
  });

  it("name the secrets that the host holds", () => {
    const signatures = [twilio, hmac, { scheme: "standard-webhooks", secret: "other" }, ed25519];
    const ingress = { http: signatures.map((signature, index) => ({ id: `h${index}`, title: "H", signature })) };
    expect(hookSecrets({ ingress } as unknown as Manifest)).toEqual(["token", "other"]);
    expect(hookSecrets({})).toEqual([]);
  });
});
