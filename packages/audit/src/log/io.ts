import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";

/** The writes of the log, so that a test can make a disk fail. Reads go to the file system directly. */
export interface AuditIo {
  open(file: string, flags: number): Promise<number>;
  /** Bytes written, which may be fewer than asked for. */
  write(fd: number, bytes: Buffer, offset: number, length: number, position: number): Promise<number>;
  writeSync(fd: number, bytes: Buffer, offset: number, length: number, position: number): number;
  fsync(fd: number): Promise<void>;
  close(fd: number): Promise<void>;
  rename(from: string, to: string): Promise<void>;
}

const open = promisify(fs.open);
const fsync = promisify(fs.fsync);
const close = promisify(fs.close);

/** Only the service itself may read or write the log. */
const FILE_MODE = 0o600;
export const DIRECTORY_MODE = 0o700;

export const nodeIo: AuditIo = {
  open: (file, flags) => open(file, flags, FILE_MODE),
  write: (fd, bytes, offset, length, position) =>
    new Promise((resolve, reject) => {
      fs.write(fd, bytes, offset, length, position, (error, written) =>
        error === null ? resolve(written) : reject(error),
      );
    }),
  writeSync: fs.writeSync,
  fsync,
  close,
  rename: fs.promises.rename,
};

/** Writes all of `bytes`, going on after short writes. Zero bytes written is an error, never a loop. */
export async function writeAll(
  io: AuditIo,
  fd: number,
  bytes: Buffer,
  length: number,
  position: number,
): Promise<void> {
  for (let done = 0; done < length;) {
    const written = await io.write(fd, bytes, done, length - done, position + done);
    if (written <= 0) throw new Error("the disk took no bytes");
    done += written;
  }
}

/** `writeAll` on the calling thread. */
export function writeAllSync(io: AuditIo, fd: number, bytes: Buffer, length: number, position: number): void {
  for (let done = 0; done < length;) {
    const written = io.writeSync(fd, bytes, done, length - done, position + done);
    if (written <= 0) throw new Error("the disk took no bytes");
    done += written;
  }
}

/** Makes the names in a directory durable. */
export async function syncDirectory(io: AuditIo, directory: string): Promise<void> {
  const fd = await io.open(directory, fs.constants.O_RDONLY);
  try {
    await io.fsync(fd);
  } finally {
    await io.close(fd);
  }
}

/** Replaces a small file so that a reader sees the old or the new one, and the new one is durable on return. */
export async function replaceFile(io: AuditIo, file: string, bytes: Buffer): Promise<void> {
  const { O_WRONLY, O_CREAT, O_TRUNC } = fs.constants;
  const temporary = `${file}.tmp`;
  const fd = await io.open(temporary, O_WRONLY | O_CREAT | O_TRUNC);
  try {
    await writeAll(io, fd, bytes, bytes.length, 0);
    await io.fsync(fd);
  } finally {
    await io.close(fd);
  }
  await io.rename(temporary, file);
  await syncDirectory(io, path.dirname(file));
}
