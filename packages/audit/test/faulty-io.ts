import { nodeIo, type AuditIo } from "@hilum/audit";

/** What goes wrong with the next writes. Matches by the path of the file that was opened. */
export interface Fault {
  matches: (file: string) => boolean;
  /** Called per write; returns an error code to fail with, a number of bytes to stop at, or nothing. */
  write?: (length: number) => string | number | undefined;
  fsync?: () => string | undefined;
}

/** The real disk, with faults. `faults` may be changed while the log runs. */
export function createFaultyIo(): AuditIo & { faults: Fault[]; writes: number; syncs: number } {
  const names = new Map<number, string>();
  const io = {
    ...nodeIo,
    faults: [] as Fault[],
    writes: 0,
    syncs: 0,
    async open(file: string, flags: number): Promise<number> {
      const fd = await nodeIo.open(file, flags);
      names.set(fd, file);
      return fd;
    },
    async write(fd: number, bytes: Buffer, offset: number, length: number, position: number): Promise<number> {
      return nodeIo.write(fd, bytes, offset, limit(fd, length), position);
    },
    writeSync(fd: number, bytes: Buffer, offset: number, length: number, position: number): number {
      return nodeIo.writeSync(fd, bytes, offset, limit(fd, length), position);
    },
    async fsync(fd: number): Promise<void> {
      io.syncs += 1;
      const code = find(fd)?.fsync?.();
      if (code !== undefined) throw diskError(code);
      await nodeIo.fsync(fd);
    },
  };
  return io;

  function find(fd: number): Fault | undefined {
    const name = names.get(fd) ?? "";
    return io.faults.find(({ matches }) => matches(name));
  }

  function limit(fd: number, length: number): number {
    io.writes += 1;
    const outcome = find(fd)?.write?.(length);
    if (typeof outcome === "string") throw diskError(outcome);
    return outcome ?? length;
  }
}

const diskError = (code: string): Error => Object.assign(new Error(`${code}: the disk failed`), { code });
