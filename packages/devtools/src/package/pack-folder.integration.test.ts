import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readPackage } from "@hilum/marketplace";
import { createTempDir, requires, type TempDir } from "@hilum/testkit";
import { describe, expect, it } from "vitest";
import { scaffoldPlugin } from "../scaffold/scaffold-plugin.ts";
import { packFolder, type Package } from "./pack-folder.ts";
import { digestFiles, readFolder, sha256 } from "./read-folder.ts";

const repository = fileURLToPath(new URL("../../../../", import.meta.url));
const sources = { moduleRoots: [join(repository, "node_modules"), join(repository, "packages")] };
const python = requires("python3");

function begin(language: "node" | "python" = "node", changes: Record<string, string> = {}): TempDir {
  const folder = createTempDir("pack");
  const { files } = scaffoldPlugin({
    ...{ language, id: "com.example.packed", name: "Packed" },
    ...{ capabilities: ["send_messages"], pages: false },
  });
  for (const { path, text } of files) put(folder, path, text);
  for (const [path, text] of Object.entries(changes)) put(folder, path, text);
  return folder;
}

function put(folder: TempDir, path: string, text: string): void {
  mkdirSync(dirname(folder.join(path)), { recursive: true });
  writeFileSync(folder.join(path), text);
}

const pathsOf = ({ files }: Package): string[] => files.map(({ path }) => path);

describe("packFolder", () => {
  it("puts manifest and code into one file each, without what is only for who writes it", async () => {
    using folder = begin("node", { ".env": "TOKEN=x", "node_modules/a/index.js": "", "notes.txt": "mine" });
    const made = await packFolder(folder.path, sources);
    expect(made.name).toBe("com.example.packed-0.1.0.hilum");
    expect(pathsOf(made)).toEqual(["META/sbom.cdx.json", "README.md", "hilum.json", "main.mjs"]);
    expect([made.bytes, made.digest]).toEqual([made.content.length, sha256(made.content)]);
  });

  it("lists the parts that its code is made of, and is read as a package", async () => {
    using folder = begin();
    const { content } = await packFolder(folder.path, sources);
    const { sbom } = readPackage(content);
    expect(sbom).toMatchObject({ bomFormat: "CycloneDX", metadata: { component: { name: "com.example.packed" } } });
    expect((sbom["components"] as { name: string }[]).map(({ name }) => name)).toContain("@hilum/sdk");
  });

  it("gives the same bytes for the same folder, whenever its files were written", async () => {
    using folder = begin();
    const first = await packFolder(folder.path, sources);
    utimesSync(folder.join("plugin.ts"), 1_000, 1_000);
    chmodSync(folder.join("plugin.ts"), 0o600);
    using elsewhere = begin();
    expect((await packFolder(folder.path, sources)).digest).toBe(first.digest);
    expect((await packFolder(elsewhere.path, sources)).digest).toBe(first.digest);
    expect(digestFiles(await readFolder(folder.path))).toBe(digestFiles(await readFolder(elsewhere.path)));
    put(folder, "plugin.ts", `${readFileSync(folder.join("plugin.ts"), "utf8")}console.error("more");\n`);
    expect((await packFolder(folder.path, sources)).digest).not.toBe(first.digest);
    expect(digestFiles(await readFolder(folder.path))).not.toBe(digestFiles(await readFolder(elsewhere.path)));
  });

  it("is refused, and ends nobody, where the code is nested deeper than the bundler bears", async () => {
    const nested = `export default ${"[".repeat(200_000)}${"]".repeat(200_000)};\n`;
    using folder = begin("node", { "deep.ts": nested });
    put(folder, "main.ts", `import deep from "./deep.ts";\nconsole.log(deep);\n`);
    await expect(packFolder(folder.path, sources)).rejects.toMatchObject({ code: "package.invalid" });
  });

  it.skipIf(!python.available)("is an archive that others read, and whose list of digests holds", async () => {
    using folder = begin("python");
    const { content } = await packFolder(folder.path, sources);
    using out = createTempDir("packed");
    writeFileSync(out.join("out.hilum"), content);
    const program = `import hashlib, json, sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
assert archive.testzip() is None
listed = {entry["path"]: entry["digest"] for entry in json.loads(archive.read("META/files.json"))["files"]}
held = {name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist() if name != "META/files.json"}
assert listed == held, (listed, held)
print(" ".join(sorted(held)))`;
    const said = execFileSync(python.path ?? "python3", ["-c", program, out.join("out.hilum")], {
      encoding: "utf8",
    });
    expect(said.trim()).toBe("META/sbom.cdx.json README.md hilum.json main.py plugin.py");
  });

  it("runs as it was packed, with nothing beside it", async () => {
    using folder = begin();
    const { content } = await packFolder(folder.path, sources);
    using alone = createTempDir("packed");
    writeFileSync(alone.join("main.mjs"), fileIn(content, "main.mjs"));
    const input = `${JSON.stringify({ jsonrpc: "2.0", id: 1, method: "no.such", params: {} })}\n`;
    const said = execFileSync(process.execPath, ["main.mjs"], { cwd: alone.path, input, encoding: "utf8" });
    expect(JSON.parse(said.split("\n")[0] ?? "")).toMatchObject({ id: 1, error: { code: expect.any(Number) } });
  });

  it("brings the Python SDK along, where there is one", async () => {
    using sdk = createTempDir("sdk");
    writeFileSync(sdk.join("__init__.py"), "x = 1\n");
    using folder = begin("python");
    expect(pathsOf(await packFolder(folder.path, { ...sources, pythonSdk: sdk.path }))).toContain("hilum/__init__.py");
  });

  it("takes of a folder that was packed already what was packed, with the SDK that it brings", async () => {
    using sdk = createTempDir("sdk");
    writeFileSync(sdk.join("__init__.py"), "");
    using folder = begin("python", {
      "hilum.json": manifest({ runtime: { kind: "python", entry: "dist/main.py" } }),
      "src/main.py": "",
      "dist/main.py": "",
      "dist/hilum/__init__.py": "",
      "requirements.txt": "somewhere==1.0\n",
    });
    const made = await packFolder(folder.path, { ...sources, pythonSdk: sdk.path });
    expect(pathsOf(made)).toEqual([
      "META/sbom.cdx.json",
      "README.md",
      "dist/hilum/__init__.py",
      "dist/main.py",
      "hilum.json",
    ]);
  });

  it("asks for dependencies that are not beside the code", async () => {
    using folder = begin("python", { "requirements.txt": "# none\n\nsomewhere==1.0\n" });
    await expect(packFolder(folder.path, sources)).rejects.toMatchObject({
      code: "package.invalid",
      problems: [{ pointer: "/requirements.txt" }],
    });
  });

  it("threat 12: refuses a symbolic link, wherever it leads", async () => {
    using folder = begin();
    symlinkSync("/etc/hostname", folder.join("host.txt"));
    await expect(packFolder(folder.path, sources)).rejects.toMatchObject({ code: "package.symlink" });
  });

  it("refuses code that takes a file of the server along", async () => {
    using outside = createTempDir("outside");
    writeFileSync(outside.join("secret.json"), '{"key":"of the server"}');
    using folder = begin("node", {
      "main.ts": `import secret from ${JSON.stringify(outside.join("secret.json"))};\nconsole.log(secret);\n`,
    });
    await expect(packFolder(folder.path, sources)).rejects.toMatchObject({
      code: "package.invalid",
      problems: [{ pointer: "/runtime/entry" }],
    });
  });

  it.each([
    ["no manifest", { "hilum.json": "" }, "not valid"],
    [
      "an entry that is not there",
      { "hilum.json": manifest({ runtime: { kind: "node", entry: "absent.ts" } }) },
      "absent.ts",
    ],
    [
      "a page that is not built",
      { "hilum.json": manifest({ ui: { settings: { entry: "dist/ui/pages.js" } } }) },
      "dist/ui/pages.js",
    ],
    ["an import of nothing", { "main.ts": 'import "./absent.ts";\n' }, "absent"],
    ["no code at all", { "hilum.json": manifest({ runtime: { kind: "remote" } }) }, "no code that runs here"],
  ])("says what is wrong with a folder that has %s", async (_what, changes, why) => {
    using folder = begin("node", changes);
    await expect(packFolder(folder.path, sources)).rejects.toMatchObject({
      code: "package.invalid",
      detail: expect.stringContaining(why),
    });
  });
});

function manifest(changes: object): string {
  const base = {
    id: "com.example.packed",
    name: "Packed",
    capabilities: ["send_messages"],
    runtime: { kind: "node", entry: "main.ts" },
  };
  return JSON.stringify({ ...base, ...changes });
}

/** A stored file of an archive, found by its local header. */
function fileIn(zip: Buffer, name: string): Buffer {
  for (let at = 0; zip.readUInt32LE(at) === 0x04034b50;) {
    const [size, nameLength] = [zip.readUInt32LE(at + 18), zip.readUInt16LE(at + 26)];
    const begins = at + 30 + nameLength;
    if (zip.subarray(at + 30, begins).toString() === name) return zip.subarray(begins, begins + size);
    at = begins + size;
  }
  throw new Error(`there is no ${name}`);
}
