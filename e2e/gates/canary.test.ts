import { createTempDir } from "@hilum/testkit";
import { writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { canaries, findCanaries, searchFolder } from "./canary.ts";

const [name] = canaries;
const spelled = (text: string, encoding: BufferEncoding): string => Buffer.from(text).toString(encoding);

it.each([
  ["as it is", Buffer.from(`to Ms ${name}, today`)],
  ["in capitals", Buffer.from(name.toUpperCase())],
  ["as UTF-16", Buffer.from(`x${name}`, "utf16le").subarray(0)],
  ["as hex", Buffer.from(spelled(name, "hex"))],
  ["as base64", Buffer.from(spelled(`Dear ${name}!`, "base64"))],
  ["as base64, shifted by one", Buffer.from(spelled(`Dear M${name}!`, "base64"))],
  ["as base64, shifted by two", Buffer.from(spelled(`Dear Ms${name}!`, "base64"))],
])("finds a patient's name %s", (_how, bytes) => {
  expect(findCanaries(bytes)).toEqual([name]);
});

it("names the file that holds one, and leaves others alone", () => {
  using folder = createTempDir("canary");
  writeFileSync(folder.join("clean.db"), "nothing to see");
  writeFileSync(folder.join("leak.log"), `sent to ${name}@example.org`);
  expect(searchFolder(folder.path)).toEqual([`leak.log holds "${name}"`]);
});
