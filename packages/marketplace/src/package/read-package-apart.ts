import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { HilumError } from "@hilum/contract";
import type { ArchiveFile } from "../archive/write-archive.ts";
import { frameBytesMax, readFrame, type ReadAnswer } from "./read-frame.ts";
import { listName, sha256, type ReadPackage } from "./read-package.ts";

const timeoutMs = 60_000;
const heapMb = 256;
const place = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const program = place("./read-main.ts");
/** All that it may read: its own code. It may write nothing, start nothing and load nothing native. */
const readable = ["../../", "../../../contract/", "../../../../node_modules/"].map(place);

/**
 * As `readPackage`, in a process of its own: what somebody else packed is parsed where it can use up the memory of nobody, see no
 * file and start no program. The bytes are sliced here and held to the digests that were read: what is answered is in the archive. Throws
 * `package.invalid`, `manifest.invalid`.
 */
export async function readPackageApart(archive: Buffer): Promise<ReadPackage> {
  const output = await run(archive);
  const answer = output === undefined ? undefined : readFrame(output);
  if (answer?.refused !== undefined) {
    const { code, detail, problems } = answer.refused;
    throw new HilumError(code, { detail, problems });
  }
  if (answer?.taken === undefined) throw cannotBeRead();
  return taken(archive, answer.taken);
}

/** What the process wrote, undefined where it ended otherwise, took too long or wrote too much. */
async function run(archive: Buffer): Promise<Buffer | undefined> {
  const { PATH = "/usr/bin:/bin" } = process.env;
  const child = spawn(
    process.execPath,
    [
      ...["--permission", ...readable.map((path) => `--allow-fs-read=${path}`)],
      `--max-old-space-size=${heapMb}`,
      program,
    ],
    { cwd: "/", env: { PATH }, stdio: ["pipe", "pipe", "ignore"], timeout: timeoutMs, killSignal: "SIGKILL" },
  );
  const ended = new Promise<number | null>((resolve) => {
    child.once("error", () => resolve(null)).once("close", resolve);
  });
  child.stdin.on("error", () => undefined).end(archive);
  const chunks: Buffer[] = [];
  let bytes = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > frameBytesMax) child.kill("SIGKILL");
    else chunks.push(chunk);
  });
  return (await ended) === 0 && bytes <= frameBytesMax ? Buffer.concat(chunks) : undefined;
}

function taken(
  archive: Buffer,
  { manifest, list, sbom, files: places }: NonNullable<ReadAnswer["taken"]>,
): ReadPackage {
  const files: ArchiveFile[] = places.map(({ path, at, bytes }) => ({ path, bytes: archive.subarray(at, at + bytes) }));
  const digests = new Map(list.map(({ path, digest }) => [path, digest]));
  if (files.some(({ path, bytes }) => path !== listName && digests.get(path) !== sha256(bytes))) throw cannotBeRead();
  const listFile = files.find(({ path }) => path === listName);
  if (listFile === undefined) throw cannotBeRead();
  return { manifest, digest: sha256(archive), files, listDigest: sha256(listFile.bytes), list, sbom };
}

const cannotBeRead = (): HilumError =>
  new HilumError("package.invalid", {
    detail: "The package cannot be read: what reads packages ended without an answer.",
    problems: [{ pointer: "", message: "cannot be read", fix: "Pack it again with Hilum's own tools." }],
  });
