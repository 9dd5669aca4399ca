import { writeArchive, type ArchiveFile } from "../archive/write-archive.ts";
import { listName, packageFormat, sbomName, sha256 } from "../package/read-package.ts";

const manifest = {
  id: "com.example.plugin",
  name: "Example plugin",
  version: "1.0.0",
  capabilities: ["send_messages"],
  runtime: { kind: "node", entry: "main.mjs" },
};

/** A package as it is made, with `changes` to its files; null takes one away; `unlisted` ones are not in the list. */
export function aPackage(changes: Record<string, string | null> = {}, unlisted: Record<string, string> = {}): Buffer {
  const content: Record<string, string | null> = {
    "hilum.json": JSON.stringify(manifest),
    "main.mjs": "export {};\n",
    [sbomName]: JSON.stringify({ bomFormat: "CycloneDX", specVersion: "1.6", version: 1, components: [] }),
    ...changes,
  };
  const { [listName]: given, ...others } = content;
  const files = filesOf(others);
  const list = {
    format: packageFormat,
    files: files.map(({ path, bytes }) => ({ path, bytes: bytes.length, digest: sha256(bytes) })),
  };
  return writeArchive([...files, ...filesOf(unlisted), ...filesOf({ [listName]: given ?? JSON.stringify(list) })]);
}

const filesOf = (content: Record<string, string | null>): ArchiveFile[] =>
  Object.entries(content).flatMap(([path, text]) => (text === null ? [] : [{ path, bytes: Buffer.from(text) }]));
