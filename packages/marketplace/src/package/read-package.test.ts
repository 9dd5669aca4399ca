import { describe, expect, it } from "vitest";
import { aPackage } from "../test-support/a-package.ts";
import { readPackage, sha256 } from "./read-package.ts";

describe("readPackage", () => {
  it("reads a package whose files are those that it lists", () => {
    const archive = aPackage();
    expect(readPackage(archive)).toMatchObject({
      manifest: { id: "com.example.plugin", version: "1.0.0" },
      digest: sha256(archive),
      sbom: { bomFormat: "CycloneDX" },
    });
  });

  it.each([
    ["threat 117: a file that is not listed", aPackage({}, { "more.mjs": "1" }), /more\.mjs is not in the list/],
    [
      "threat 117: another file than the one that is listed",
      aPackage({ "META/files.json": JSON.stringify({ format: "hilum-package/1", files: [] }) }),
      /listed twice|not in the list/,
    ],
    ["threat 116: a lock file", aPackage({ "package-lock.json": "{}" }), /package manager/],
    ["threat 116: setup.py", aPackage({ "lib/setup.py": "" }), /package manager/],
    [
      "threat 116: an install script",
      aPackage({ "package.json": JSON.stringify({ scripts: { postinstall: "id" } }) }),
      /install script/,
    ],
    [
      "threat 129: a letter that turns text around",
      aPackage({ "a.py": "x = 1\ny = '\u202e'\n" }),
      /a\.py, line 2, column 6.*U\+202E/,
    ],
    ["threat 129: bytes in variation selectors", aPackage({ "a.mjs": "f(`\u{E0101}\u{E0110}`)" }), /U\+E0101/],
    ["threat 129: a zero width space", aPackage({ "README.md": "a\u200bb" }), /U\+200B/],
    ["threat 135: no list of parts", aPackage({ "META/sbom.cdx.json": null }), /sbom/],
    ["a list in another format", aPackage({ "META/files.json": "{}" }), /format/],
    ["no manifest", aPackage({ "hilum.json": null }), /hilum\.json/],
    ["an entry that is not there", aPackage({ "main.mjs": null }), /entry/],
    [
      "no version",
      aPackage({
        "hilum.json": JSON.stringify({
          ...{ id: "com.example.plugin", name: "P", capabilities: ["send_messages"] },
          runtime: { kind: "node", entry: "main.mjs" },
        }),
      }),
      /version/,
    ],
  ])("refuses %s", (_what, archive, why) =>
    expect(() => readPackage(archive)).toThrow(
      expect.objectContaining({ code: "package.invalid", detail: expect.stringMatching(why) }) as Error,
    ),
  );

  it("refuses a manifest that is not valid, as registration does", () =>
    expect(() => readPackage(aPackage({ "hilum.json": "{}" }))).toThrow(
      expect.objectContaining({ code: "manifest.invalid" }) as Error,
    ));

  it("lets a byte-order mark at the beginning be, and an emoji", () =>
    expect(readPackage(aPackage({ "README.md": "\uFEFFfine \u2764\uFE0F" })).files).toHaveLength(5));
});
