import { createHash, createPrivateKey, createPublicKey, sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import { parseWitnessKey, verifyCosignature } from "./cosignature.ts";
import { parseNote } from "./note.ts";

// Ed25519's first test key (RFC 8032, section 7.1).
const seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const privateKey = createPrivateKey({
  key: Buffer.from(`302e020100300506032b657004220420${seed}`, "hex"),
  format: "der",
  type: "pkcs8",
});
const raw = createPublicKey(privateKey).export({ format: "der", type: "spki" }).subarray(12);
const text = "log.example/packages\n2\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

const keyId = (name: string, algorithm = 4): Buffer =>
  createHash("sha256").update(`${name}\n`).update(Buffer.of(algorithm)).update(raw).digest().subarray(0, 4);
const keyText = (name: string, algorithm = 4): string =>
  `${name}+${keyId(name, algorithm).toString("hex")}+${Buffer.concat([Buffer.of(algorithm), raw]).toString("base64")}`;
const line = (name: string, time: bigint, over = text, said = time): string => {
  const seconds = Buffer.alloc(8);
  seconds.writeBigUInt64BE(said);
  const signature = sign(null, Buffer.from(`cosignature/v1\ntime ${time}\n${over}`), privateKey);
  return `\u2014 ${name} ${Buffer.concat([keyId(name), seconds, signature]).toString("base64")}\n`;
};
const seen = (lines: string): Date | undefined =>
  verifyCosignature(parseNote(`${text}\n${lines}`), parseWitnessKey(keyText("w.example/1")));

describe("a cosignature", () => {
  it("says when its witness saw the checkpoint, the latest of several", () => {
    expect(seen(line("w.example/1", 1_679_315_147n))).toEqual(new Date("2023-03-20T12:25:47Z"));
    expect(seen(line("w.example/1", 9n) + line("w.example/1", 1_679_315_147n))).toEqual(
      new Date("2023-03-20T12:25:47Z"),
    );
  });

  it("says nothing of another checkpoint, time or witness", () => {
    expect(seen(line("w.example/1", 9n, text.replace("\n2\n", "\n3\n")))).toBeUndefined();
    expect(seen(line("w.example/1", 9n, text, 10n))).toBeUndefined();
    expect(seen(line("w.example/2", 9n))).toBeUndefined();
    expect(seen(line("w.example/1", 0n))).toBeUndefined();
  });

  it("is no plain signature: the key says which it is", () => {
    expect(() => parseWitnessKey(keyText("w.example/1", 1))).toThrow("not a verifier key");
    expect(() => parseWitnessKey(keyText("w.example/1").replace("w.example/1+", "w.example/2+"))).toThrow("belong");
  });
});
