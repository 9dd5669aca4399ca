import { HilumError } from "@hilum/contract";
import { readArchive } from "@hilum/marketplace";
import type { BlobRow } from "@hilum/store";
import { describe, expect, it } from "vitest";
import { withStoredContent } from "../records/stored-content.ts";
import { openExport, type ExportedRecord } from "./export-archive.ts";

const row = {} as BlobRow;
const binary = (id: string, contentType: string, blob: string): ExportedRecord => ({
  ...{ type: "Binary", id, patients: ["p1"] },
  resource: withStoredContent({ resourceType: "Binary", id, contentType }, { blob, size: 3 }),
});
async function* parts(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}
const bytesOf = async (stream: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const all: Uint8Array[] = [];
  for await (const part of stream) all.push(part);
  return Buffer.concat(all);
};

describe("openExport", () => {
  it("streams each file, knows the size of all of it before, and is an archive that every reader takes", async () => {
    const reads: string[] = [];
    const archive = await openExport([binary("b1", "application/pdf; version=1", "rec-1")], true, {
      async read(id) {
        reads.push(id);
        return { row, content: parts("%P", "DF", "") };
      },
    });
    const bytes = await bytesOf(archive.stream);
    expect([archive.size, archive.files, reads]).toEqual([bytes.length, 1, ["rec-1", "rec-1"]]);
    const files = new Map(
      readArchive(bytes).map(({ path, bytes: content }) => [path, Buffer.from(content).toString()]),
    );
    expect([...files.keys()]).toEqual(["Binary.ndjson", "NOTICE.txt", "files.ndjson", "files/b1.pdf"]);
    expect(files.get("files/b1.pdf")).toBe("%PDF");
    expect(files.get("Binary.ndjson")).toBe(
      '{"resourceType":"Binary","id":"b1","contentType":"application/pdf; version=1"}\n',
    );
  });

  it("says of a file whose bytes are gone that they are, and gives out the others", async () => {
    const { stream, files } = await openExport(
      [binary("b1", "text/plain", "rec-1"), binary("b2", "x/unusual", "rec-2")],
      false,
      {
        async read(id) {
          if (id === "rec-1") throw new HilumError("blob.not_found");
          return { row, content: parts("abc") };
        },
      },
    );
    const found = readArchive(await bytesOf(stream));
    const list = found.find(({ path }) => path === "files.ndjson")?.bytes ?? new Uint8Array();
    expect(files).toBe(1);
    expect(found.map(({ path }) => path)).toContain("files/b2.bin");
    expect(Buffer.from(list).toString()).toContain('{"binary":"Binary/b1","contentType":"text/plain","missing":true}');
  });

  it("finds out before anything goes out that a file was altered", async () => {
    async function* altered(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("abc");
      throw new HilumError("envelope.invalid");
    }
    await expect(
      openExport([binary("b1", "text/plain", "rec-1")], false, { read: async () => ({ row, content: altered() }) }),
    ).rejects.toMatchObject({ code: "envelope.invalid" });
  });

  it("cuts the stream where a file is another one the second time", async () => {
    let turn = 0;
    const { stream } = await openExport([binary("b1", "text/plain", "rec-1")], false, {
      read: async () => ({ row, content: parts(turn++ === 0 ? "abc" : "abcd") }),
    });
    await expect(bytesOf(stream)).rejects.toThrow("not as long as was said");
  });
});
