import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { openCheckpoint, parseCheckpointText, signCheckpoint } from "./checkpoint.ts";
import { createNoteVerifier, formatVerifierKey, parseNote, parseVerifierKey, signNote, verifyNote } from "./note.ts";

/** Example of Go's golang.org/x/mod/sumdb/note documentation. */
const goVerifierKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const goSeed = Buffer.from("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz", "base64").subarray(1);
const goText = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const goNote = `${goText}\n\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`;

describe("signed notes", () => {
  const verifier = parseVerifierKey(goVerifierKey);

  it("verify the example of Go's note package", () => {
    const note = parseNote(goNote);
    expect(note.text).toBe(goText);
    expect(verifyNote(note, verifier)).toBe(true);
    expect(verifyNote({ ...note, text: goText.replace("your", "my") }, verifier)).toBe(false);
  });

  it("are signed byte for byte as Go signs that example", () => {
    const pkcs8 = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), goSeed]);
    const key = createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
    expect(signNote(goText, "PeterNeumann", key)).toBe(goNote);
    expect(formatVerifierKey(verifier)).toBe(goVerifierKey);
  });

  it("read the example of the C2SP specification, whose text holds empty lines", () => {
    const { text, signatures } = parseNote(
      "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned \u00e8 subito sera.\n\n\u2014 quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n",
    );
    expect(text.endsWith("ed \u00e8 subito sera.\n")).toBe(true);
    expect(signatures.map(({ name, keyId, signature }) => [name, keyId.toString(16), signature.length])).toEqual([
      ["quasimodo.example/salvatore", "367ba04b", 64],
    ]);
  });

  it("ignore signatures of unknown keys and refuse a false one of a known key", () => {
    const other = generateKeyPairSync("ed25519").privateKey;
    const foreign = signNote(goText, "someone.example", other).split("\n\n")[1]!;
    expect(verifyNote(parseNote(goNote + foreign), verifier)).toBe(true);
    const forged = goNote.replace("x08go/ZJ", "x08go/ZK");
    expect(verifyNote(parseNote(forged), verifier)).toBe(false);
    expect(verifyNote(parseNote(goNote + forged.split("\n\n")[1]!), verifier)).toBe(false);
  });

  it.each([
    ["no signature", goText],
    ["no blank line", goNote.replace("\n\n", "\n")],
    ["a missing last newline", goNote.slice(0, -1)],
    ["a control character", `\u0007${goNote}`],
    ["a carriage return", goNote.replace("\n", "\r\n")],
    ["a hyphen for the dash", goNote.replace("\u2014", "-")],
    ["a second encoding of the same base64", goNote.replace("AM=\n", "AN=\n")],
    ["a plus in the key's name", goNote.replace("PeterNeumann", "Peter+Neumann")],
  ])("are refused with %s", (_, note) => {
    expect(() => parseNote(note)).toThrow(SyntaxError);
  });

  it("refuses every mangled verifier key", () => {
    for (let i = 0; i < goVerifierKey.length - 1; i += 1) {
      expect(
        () =>
          parseVerifierKey(
            goVerifierKey.slice(0, i) +
              String.fromCharCode(goVerifierKey.charCodeAt(i) + 1) +
              goVerifierKey.slice(i + 1),
          ),
        goVerifierKey[i],
      ).toThrow(SyntaxError);
    }
  });
});

const root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";

describe("checkpoints", () => {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const origin = "hilum.example/audit/node-1";
  const verifier = createNoteVerifier(origin, publicKey);

  it("read the example of the C2SP specification", () => {
    const { text, signatures } = parseNote(
      `example.com/behind-the-sofa\n20852163\n${root}\n\n\u2014 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n`,
    );
    expect(parseCheckpointText(text)).toEqual({
      origin: "example.com/behind-the-sofa",
      size: 20_852_163,
      root: Buffer.from(root, "base64"),
    });
    expect(signatures[0]?.name).toBe("example.com/behind-the-sofa");
  });

  it("open with the log's key and only with it", () => {
    const { note } = signCheckpoint({ origin, size: 7, root: Buffer.alloc(32, 1) }, privateKey);
    expect(openCheckpoint(note, verifier)).toMatchObject({ origin, size: 7, root: Buffer.alloc(32, 1) });
    const stranger = createNoteVerifier(origin, generateKeyPairSync("ed25519").publicKey);
    expect(() => openCheckpoint(note, stranger)).toThrow("signature");
  });

  it("threat 187: another origin, a size like 007, extra lines and a newline in the origin are refused", () => {
    const other = signCheckpoint({ origin: "hilum.example/audit/node-2", size: 7, root: Buffer.alloc(32) }, privateKey);
    expect(() => openCheckpoint(other.note, verifier)).toThrow(SyntaxError);
    const renamed = signNote(`hilum.example/audit/node-2\n7\n${root}\n`, origin, privateKey);
    expect(() => openCheckpoint(renamed, verifier)).toThrow("another log");
    for (const size of ["007", "+7", "7 ", "-1", "7.0", "1e3", "", "9007199254740993"]) {
      expect(
        () => openCheckpoint(signNote(`${origin}\n${size}\n${root}\n`, origin, privateKey), verifier),
        size,
      ).toThrow(SyntaxError);
    }
    expect(() => openCheckpoint(signNote(`${origin}\n7\n${root}\nextra\n`, origin, privateKey), verifier)).toThrow(
      "exactly three lines",
    );
    expect(() => openCheckpoint(signNote(`${origin}\n7\n${root}\n\n`, origin, privateKey), verifier)).toThrow(
      SyntaxError,
    );
    expect(() => openCheckpoint(signNote(`${origin}\n7\nAAAA\n`, origin, privateKey), verifier)).toThrow("SHA-256");
    expect(() => signCheckpoint({ origin: "a\nb", size: 7, root: Buffer.alloc(32) }, privateKey)).toThrow("one line");
  });
});
