import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import type { DeclaredPage } from "@hilum/contract";
import { createTempDir, type TempDir } from "@hilum/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { integrityOf, readPageFiles } from "./page-files.ts";

const page: DeclaredPage = { name: "settings", title: "Settings", entry: "ui/page.js", style: "ui/page.css" };
let folder: TempDir;
beforeEach(() => {
  folder = createTempDir("page-files");
  mkdirSync(folder.join("plugin/ui"), { recursive: true });
  writeFileSync(folder.join("plugin/ui/page.js"), "export {};");
  writeFileSync(folder.join("plugin/ui/page.css"), "p{}");
  writeFileSync(folder.join("secret.js"), "not for browsers");
});
afterEach(() => folder.remove());

const read = (change: Partial<DeclaredPage> = {}) =>
  readPageFiles("com.example.plugin", folder.join("plugin"), { ...page, ...change });
const refusal = (detail: string) => expect.objectContaining({ code: "page.unreadable", detail });

describe("readPageFiles", () => {
  it("answers the bytes and a digest that changes with either file, the page and the plugin", async () => {
    const first = await read();
    expect([first.script.toString(), first.style?.toString()]).toEqual(["export {};", "p{}"]);
    const digests = new Set([
      first.digest,
      (await read({ name: "health" })).digest,
      (await read({ title: "X" })).digest,
    ]);
    digests.add((await readPageFiles("com.example.other", folder.join("plugin"), page)).digest);
    writeFileSync(folder.join("plugin/ui/page.css"), "p{color:red}");
    digests.add((await read()).digest);
    expect(digests.size).toBe(5);
    expect([...digests].every((digest) => /^[0-9a-f]{64}$/.test(digest))).toBe(true);
  });

  it("threat 111: refuses a link, and a file behind one", async () => {
    symlinkSync("../../secret.js", folder.join("plugin/ui/linked.js"));
    symlinkSync("..", folder.join("plugin/out"));
    await expect(read({ entry: "ui/linked.js" })).rejects.toEqual(
      refusal("ui/linked.js is a symbolic link, or lies behind one."),
    );
    await expect(read({ entry: "out/secret.js" })).rejects.toEqual(
      refusal("out/secret.js is a symbolic link, or lies behind one."),
    );
  });

  it("refuses what is missing, no file, too large or no text", async () => {
    mkdirSync(folder.join("plugin/ui/folder.js"));
    writeFileSync(folder.join("plugin/ui/large.js"), Buffer.alloc(1_048_577, 32));
    writeFileSync(folder.join("plugin/ui/binary.js"), Buffer.of(0xff, 0xfe));
    await expect(read({ entry: "ui/none.js" })).rejects.toEqual(refusal("ui/none.js is missing or cannot be read."));
    await expect(read({ entry: "ui/folder.js" })).rejects.toEqual(refusal("ui/folder.js is not a regular file."));
    await expect(read({ entry: "ui/large.js" })).rejects.toEqual(refusal("ui/large.js is larger than 1024 KiB."));
    await expect(read({ entry: "ui/binary.js" })).rejects.toEqual(refusal("ui/binary.js is not UTF-8 text."));
  });

  it("names the bytes as browsers check them", () => {
    expect(integrityOf(Buffer.from("alert('Hello, world.');"))).toBe(
      // The example of the specification, https://www.w3.org/TR/SRI/#integrity-metadata-description
      "sha384-H8BRh8j48O9oYatfu5AZzq6A9RINhZO5H16dQZngK7T62em8MUt1FLm52t+eX6xO",
    );
  });
});
