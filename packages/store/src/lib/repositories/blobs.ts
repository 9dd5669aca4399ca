import { createHash, randomBytes } from "node:crypto";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { HilumError } from "@hilum/contract/errors";
import { syncFolder } from "../crypto/file-key-provider.ts";
import { readSealed, writeSealed } from "../crypto/sealed-file.ts";
import { toStatement } from "../engine/query.ts";
import type { BlobRow, Blobs } from "../ports/messages.ts";
import type { Session } from "../session.ts";

const draftSuffix = ".part";
const idPattern = /^[A-Za-z0-9_-]{1,60}$/;

export function createBlobs(session: Session, folder: string): Blobs {
  const { sql, keyring } = session;
  const pathOf = (id: string): string => join(folder, id);

  const find = async (id: string): Promise<BlobRow | undefined> => {
    const row = await session.first(sql.selectFrom("blobs").selectAll().where("id", "=", id));
    if (row === undefined) return undefined;
    const { sealedSha256, ...rest } = row;
    return { ...rest, sha256: keyring.open(hashPlace(id), sealedSha256).toString("utf8") };
  };

  return {
    write: async (content, { id, contentType, by, bytesMax }) => {
      if (!idPattern.test(id)) throw new HilumError("request.invalid", { detail: "The attachment's id is not valid." });
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const draft = `${pathOf(id)}.${randomBytes(6).toString("hex")}${draftSuffix}`;
      try {
        const { size, sha256 } = await writeDraft(session, draft, id, content, bytesMax);
        await rename(draft, pathOf(id));
        await syncFolder(folder);
        const row: BlobRow = { id, contentType, size, sha256, createdAt: session.now(), createdBy: by };
        await session.commit([
          toStatement(
            sql.insertInto("blobs").values({
              id,
              contentType,
              size,
              sealedSha256: { seal: sha256, place: hashPlace(id) },
              createdAt: row.createdAt,
              createdBy: by,
            }),
          ),
        ]);
        return row;
      } catch (error) {
        await rm(draft, { force: true });
        throw noSpace(error, folder);
      }
    },
    find,
    read: async (id) => {
      const row = await find(id);
      if (row === undefined) throw new HilumError("blob.not_found");
      return { row, content: readVerified(readSealed(pathOf(id), keyring, id), row) };
    },
    remove: async (id) => {
      const outcome = await session.write([toStatement(sql.deleteFrom("blobs").where("id", "=", id), 1)]);
      if (!outcome.ok && outcome.why === "reference")
        throw new HilumError("request.conflict", {
          detail: "A message, a record or an agreement names this attachment.",
        });
      if (outcome.ok) await rm(pathOf(id), { force: true });
      return outcome.ok;
    },
    sweep: async (before) =>
      (await sweepRows(session, pathOf, before)) + (await sweepFiles(session, folder, Date.parse(before))),
  };
}

async function writeDraft(
  session: Session,
  draft: string,
  id: string,
  content: AsyncIterable<Uint8Array>,
  bytesMax: number,
): Promise<{ size: number; sha256: string }> {
  const hash = createHash("sha256");
  let size = 0;
  const measured = async function* (): AsyncGenerator<Uint8Array> {
    for await (const piece of content) {
      size += piece.length;
      if (size > bytesMax)
        throw new HilumError("blob.too_large", { detail: `An attachment holds at most ${bytesMax} bytes.` });
      hash.update(piece);
      yield piece;
    }
  };
  const file = await open(draft, "wx", 0o600);
  try {
    await writeSealed(file, session.keyring, id, measured());
    await file.sync();
  } finally {
    await file.close();
  }
  return { size, sha256: hash.digest("hex") };
}

/** A whole file that an attacker put in place of a longer one of the same id would verify frame by frame; the row's size tells. */
async function* readVerified(content: AsyncIterable<Uint8Array>, { id, size }: BlobRow): AsyncGenerator<Uint8Array> {
  let read = 0;
  for await (const chunk of content) {
    read += chunk.length;
    yield chunk;
  }
  if (read !== size)
    throw new HilumError("envelope.invalid", {
      detail: `The stored attachment ${id} has another size than it was stored with.`,
    });
}

async function sweepRows(session: Session, pathOf: (id: string) => string, before: string): Promise<number> {
  const { sql } = session;
  const unused = await session.scan(
    sql
      .selectFrom("blobs")
      .select("id")
      .where("createdAt", "<", before)
      .where(({ not, exists, selectFrom }) =>
        not(exists(selectFrom("messageBlobs").select("message").whereRef("messageBlobs.blob", "=", "blobs.id"))),
      )
      .where(({ not, exists, selectFrom }) =>
        not(exists(selectFrom("recordBlobs").select("version").whereRef("recordBlobs.blob", "=", "blobs.id"))),
      )
      .where(({ not, exists, selectFrom }) =>
        not(exists(selectFrom("agreements").select("agreements.id").whereRef("agreements.document", "=", "blobs.id"))),
      ),
  );
  let removed = 0;
  for (const { id } of unused) {
    // The foreign key refuses when it was named meanwhile.
    const outcome = await session.write([toStatement(sql.deleteFrom("blobs").where("id", "=", id), 1)]);
    if (!outcome.ok) continue;
    await rm(pathOf(id), { force: true });
    removed += 1;
  }
  return removed;
}

/** Drafts and files whose row was never written, left by a crash. */
async function sweepFiles(session: Session, folder: string, beforeMs: number): Promise<number> {
  const files = await readdir(folder).catch(() => []);
  let removed = 0;
  for (const name of files) {
    const path = join(folder, name);
    const { mtimeMs } = await stat(path);
    if (mtimeMs >= beforeMs) continue;
    const known =
      !name.endsWith(draftSuffix) &&
      (await session.first(session.sql.selectFrom("blobs").select("id").where("id", "=", name))) !== undefined;
    if (known) continue;
    await rm(path, { force: true });
    removed += 1;
  }
  return removed;
}

function noSpace(error: unknown, folder: string): unknown {
  const full = error instanceof Error && "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT");
  return full ? new HilumError("data.no_space", { detail: `The disk of ${folder} is full.`, cause: error }) : error;
}

function hashPlace(id: string) {
  return { table: "blobs", id, field: "sha256", version: 1 };
}
