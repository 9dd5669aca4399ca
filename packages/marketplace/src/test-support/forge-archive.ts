import { crc32 } from "node:zlib";

export interface Forged {
  path: string | Buffer;
  content?: Buffer;
  method?: number;
  size?: number;
  crc?: number;
  attributes?: number;
  extra?: Buffer;
  entryName?: string;
  times?: number;
}

/** An archive as a general tool or an attacker would write it. */
export function forgeArchive(
  files: readonly Forged[],
  around: { before?: Buffer; between?: Buffer; after?: Buffer; comment?: string } = {},
): Buffer {
  const parts: Buffer[] = [around.before ?? Buffer.alloc(0)];
  const entries: Buffer[] = [];
  let at = parts[0]?.length ?? 0;
  for (const {
    path,
    content = Buffer.from("content"),
    method = 0,
    size = content.length,
    crc = crc32(content),
    attributes = 0o100644 << 16,
    extra = Buffer.alloc(0),
    entryName,
    times = 0,
  } of files) {
    const name = Buffer.from(path as string);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    [20, 0x0800, method, times, 0x21].forEach((value, index) => local.writeUInt16LE(value, 4 + 2 * index));
    [crc, content.length, size].forEach((value, index) => local.writeUInt32LE(value, 14 + 4 * index));
    local.writeUInt16LE(name.length, 26);
    local.writeUInt16LE(extra.length, 28);
    parts.push(local, name, extra, content);
    const listed = Buffer.from(entryName ?? name);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    [(3 << 8) | 20, 20, 0x0800, method, times, 0x21].forEach((value, index) =>
      entry.writeUInt16LE(value, 4 + 2 * index),
    );
    [crc, content.length, size].forEach((value, index) => entry.writeUInt32LE(value, 16 + 4 * index));
    entry.writeUInt16LE(listed.length, 28);
    entry.writeUInt32LE(attributes >>> 0, 38);
    entry.writeUInt32LE(at, 42);
    entries.push(entry, listed);
    at += 30 + name.length + extra.length + content.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  const comment = Buffer.from(around.comment ?? "");
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at + (around.between?.length ?? 0), 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([
    ...parts,
    around.between ?? Buffer.alloc(0),
    directory,
    end,
    comment,
    around.after ?? Buffer.alloc(0),
  ]);
}
