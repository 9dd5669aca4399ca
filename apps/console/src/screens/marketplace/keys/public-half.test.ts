import { createKeyFile } from "@hilum/marketplace/sign";
import { expect, it } from "vitest";
import { parsePublicHalf, publicHalfOf } from "./public-half.ts";

const { file } = await createKeyFile({ title: "Publisher", test: true }, "twelve letters and more");

it("gives away the public half of a key, and reads it again", async () => {
  const half = await publicHalfOf(file);
  expect(JSON.stringify(half)).not.toContain(file.sealed);
  expect(await parsePublicHalf(JSON.stringify(half))).toEqual(half);
});

it("refuses a key file, what is no JSON, and a half that names another key", async () => {
  const half = await publicHalfOf(file);
  const refused = expect.objectContaining({ code: "key_file.invalid" }) as unknown;
  await expect(parsePublicHalf(JSON.stringify(file))).rejects.toEqual(refused);
  await expect(parsePublicHalf("no")).rejects.toEqual(refused);
  await expect(parsePublicHalf(JSON.stringify({ ...half, id: "0".repeat(64) }))).rejects.toEqual(refused);
});
