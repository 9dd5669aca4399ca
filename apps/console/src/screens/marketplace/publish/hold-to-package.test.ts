import type { PublicationPreview } from "@hilum/contract/api";
import { expect, it } from "vitest";
import { holdToPackage } from "./hold-to-package.ts";
import { sha256 } from "./signers.ts";

const digest = "a".repeat(64);
const listing = '{"format":"hilum-listing/1"}\n';
const about = { plugin: "com.example.sms", version: "1.0.0" };
const file = (kind: "package" | "listing", of: string, more: object = {}) => ({
  ...{ path: `com.example/${kind}`, digest: of, bytes: 1, custom: { kind, ...about, ...more } },
});
const preview = (files: PublicationPreview["files"]): PublicationPreview =>
  ({ listing, files, detail: about }) as unknown as PublicationPreview;
const listed = async () => file("listing", await sha256(new TextEncoder().encode(listing)));
const refused = expect.objectContaining({ code: "publication.invalid" }) as unknown;

it("lets what was seen be signed", async () => {
  await expect(holdToPackage(preview([file("package", digest), await listed()]), { digest })).resolves.toBeUndefined();
});

it("refuses another package, another listing, and one that is missing", async () => {
  const other = file("package", "b".repeat(64));
  await expect(holdToPackage(preview([other, await listed()]), { digest })).rejects.toEqual(refused);
  const wrong = file("listing", "b".repeat(64));
  await expect(holdToPackage(preview([file("package", digest), wrong]), { digest })).rejects.toEqual(refused);
  await expect(holdToPackage(preview([file("package", digest)]), { digest })).rejects.toEqual(refused);
});

it("refuses a file of another version", async () => {
  const stray = { ...(await listed()), custom: { kind: "image" as const, ...about, version: "9.0.0" } };
  const files = [file("package", digest), await listed(), stray];
  await expect(holdToPackage(preview(files), { digest })).rejects.toEqual(refused);
});
