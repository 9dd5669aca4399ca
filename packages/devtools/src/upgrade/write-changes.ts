import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, lstat, mkdir, open, realpath, rename, rm, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { HilumError } from "@hilum/contract";

export interface WriteChanges {
  /** Texts as they were when the changes were planned: what differs by now is refused. */
  before: ReadonlyMap<string, string>;
  changed: ReadonlyMap<string, string>;
  /** Folder below the plugin's own that keeps the files as they were. Hidden, so it is neither packed nor watched. */
  backup: string;
}

/**
 * Writes all the files or none: each is written beside its place and only then given its name; if one fails, those before it get
 * their old content back. Throws `upgrade.changed` for a file that is another one than was planned for, and
 * `upgrade.not_writable`.
 */
export async function writeChanges(folder: string, { before, changed, backup }: WriteChanges): Promise<void> {
  const root = await realpath(folder);
  const suffix = `.hilum-${randomBytes(6).toString("hex")}`;
  const paths = [...changed.keys()];
  const done: string[] = [];
  try {
    for (const path of paths) {
      await mustBeAsPlanned(root, path, before.get(path));
      await keep(root, path, join(root, backup, path));
      await writeBeside(join(root, path), suffix, changed.get(path) ?? "");
    }
    for (const path of paths) {
      await mustBeAsPlanned(root, path, before.get(path));
      await rename(join(root, `${path}${suffix}`), join(root, path));
      done.push(path);
    }
  } catch (cause) {
    for (const path of done.toReversed()) await copyFile(join(root, backup, path), join(root, path));
    for (const path of paths) await rm(join(root, `${path}${suffix}`), { force: true });
    throw cause instanceof HilumError ? cause : notWritable(cause);
  }
}

/** The same file with the same text, in the folder itself and not behind a link. */
async function mustBeAsPlanned(root: string, path: string, text: string | undefined): Promise<void> {
  const target = join(root, path);
  const inside = (await realpath(dirname(target))) === dirname(target);
  const file = inside
    ? await open(target, constants.O_RDONLY | constants.O_NOFOLLOW).catch(() => undefined)
    : undefined;
  try {
    if (file !== undefined && (await file.readFile("utf8")) === text) return;
  } finally {
    await file?.close();
  }
  throw new HilumError("upgrade.changed", { detail: `${path} has changed since the preview.` });
}

async function keep(root: string, path: string, kept: string): Promise<void> {
  await mkdir(dirname(kept), { recursive: true });
  if ((await realpath(dirname(kept))) !== dirname(kept)) throw notWritable(new Error(`${dirname(kept)} is a link`));
  await copyFile(join(root, path), kept, constants.COPYFILE_EXCL);
}

/** With mode and owner of the file whose place it takes: the developer goes on to work on it. */
async function writeBeside(target: string, suffix: string, text: string): Promise<void> {
  const { mode, uid, gid } = await lstat(target);
  const file = await open(`${target}${suffix}`, "wx", mode & 0o777);
  try {
    await file.writeFile(text);
    await file.chmod(mode & 0o777);
    const made = await file.stat();
    if (made.uid !== uid || made.gid !== gid) await file.chown(uid, gid);
    await file.sync();
  } catch (error) {
    await unlink(`${target}${suffix}`);
    throw error;
  } finally {
    await file.close();
  }
}

function notWritable(cause: unknown): HilumError {
  const { path, code } = cause as NodeJS.ErrnoException;
  return new HilumError("upgrade.not_writable", {
    detail: `${path ?? "A file of the folder"} cannot be written${code === undefined ? "" : ` (${code})`}; nothing was changed.`,
    cause,
  });
}
