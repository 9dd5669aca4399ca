import { createHash, randomBytes } from "node:crypto";
import { HilumError, isHilumError } from "@hilum/contract/errors";
import type { BlobPlace } from "../blobs/blob-place.ts";
import type { BlobPlaces } from "../blobs/place-settings.ts";
import { makeStreamKey, openDataKeyStream, openStream, sealStream, type StreamOwner } from "../crypto/sealed-stream.ts";
import { toStatement } from "../engine/query.ts";
import type { BlobRow, Blobs } from "../ports/messages.ts";
import type { Session } from "../session.ts";

const idPattern = /^[A-Za-z0-9_-]{1,60}$/;

/** What a row says of where the bytes are and what opens them. */
interface Stored extends BlobRow {
  object: string;
  place: BlobPlace["kind"];
  /** Absent for one that a data key sealed itself. */
  key?: Buffer;
}

export interface SealedBlobs extends Blobs {
  /**
   * Seals attachments anew, each with a key of its own, that a data key sealed; answers how many. One that does not open
   * stays as it is. A crash in between leaves a file without a row, for `sweep`.
   */
  giveOwnKeys(signal: AbortSignal): Promise<number>;
  /** How many still need a data key. */
  withoutOwnKey(): Promise<number>;
}

export function createBlobs(session: Session, places: Pick<BlobPlaces, "current" | "of" | "all">): SealedBlobs {
  const { sql, keyring } = session;
  const ownerOf = (id: string): StreamOwner => ({ deployment: keyring.deployment, id });

  const stored = async (id: string): Promise<Stored | undefined> => {
    const row = await session.first(sql.selectFrom("blobs").selectAll().where("id", "=", id));
    if (row === undefined) return undefined;
    const { sealedSha256, sealedKey, object, ...rest } = row;
    return {
      ...rest,
      sha256: keyring.open(hashPlace(id), sealedSha256).toString("utf8"),
      object: object ?? id,
      ...(sealedKey === null ? {} : { key: keyring.open(keyPlace(id), sealedKey) }),
    };
  };

  const open = async ({ id, key, object, place, size }: Stored): Promise<AsyncIterable<Uint8Array>> => {
    const sealed = (await places.of(place)).read(object);
    const content =
      key === undefined ? openDataKeyStream(keyring, ownerOf(id), sealed) : openStream(key, ownerOf(id), sealed);
    return readVerified(content, id, size);
  };

  const writeRekeyed = async (blob: Stored): Promise<boolean> => {
    const place = await places.of(blob.place);
    const object = objectOf(blob.id);
    const key = makeStreamKey();
    await place.write(object, sealStream(key, ownerOf(blob.id), await open(blob)));
    const outcome = await session.write([
      toStatement(
        sql
          .updateTable("blobs")
          .set({ object, sealedKey: { seal: key, place: keyPlace(blob.id) } })
          .where("id", "=", blob.id)
          .where("sealedKey", "is", null),
        1,
      ),
    ]);
    await place.remove(outcome.ok ? blob.object : object);
    return outcome.ok;
  };

  const removeRow = async (id: string): Promise<"removed" | "named" | "absent"> => {
    const blob = await session.first(sql.selectFrom("blobs").select(["object", "place"]).where("id", "=", id));
    if (blob === undefined) return "absent";
    // The foreign key refuses while something names it. Without its row, and so its key, what is left is noise.
    const outcome = await session.write([toStatement(sql.deleteFrom("blobs").where("id", "=", id), 1)]);
    if (!outcome.ok) return outcome.why === "reference" ? "named" : "absent";
    await (await places.of(blob.place)).remove(blob.object ?? id);
    return "removed";
  };

  return {
    write: async (content, { id, contentType, by, bytesMax }) => {
      if (!idPattern.test(id)) throw new HilumError("request.invalid", { detail: "The attachment's id is not valid." });
      const place = await places.current();
      const object = objectOf(id);
      const key = makeStreamKey();
      const measured = measure(content, bytesMax);
      await place.write(object, sealStream(key, ownerOf(id), measured.content));
      const row: BlobRow = { id, contentType, ...measured.result(), createdAt: session.now(), createdBy: by };
      const { sha256, ...plain } = row;
      try {
        await session.commit([
          toStatement(
            sql.insertInto("blobs").values({
              ...plain,
              object,
              place: place.kind,
              sealedSha256: { seal: sha256, place: hashPlace(id) },
              sealedKey: { seal: key, place: keyPlace(id) },
            }),
          ),
        ]);
      } catch (error) {
        await place.remove(object);
        throw error;
      }
      return row;
    },
    find: async (id) => {
      const found = await stored(id);
      return found === undefined ? undefined : presentBlob(found);
    },
    read: async (id) => {
      const found = await stored(id);
      if (found === undefined) throw new HilumError("blob.not_found");
      return { row: presentBlob(found), content: await open(found) };
    },
    remove: async (id) => {
      const outcome = await removeRow(id);
      if (outcome === "named")
        throw new HilumError("request.conflict", {
          detail: "A message, a record or an agreement names this attachment.",
        });
      return outcome === "removed";
    },
    sweep: async (before) => {
      let removed = 0;
      for (const id of await unnamed(session, before)) if ((await removeRow(id)) === "removed") removed += 1;
      for (const place of await places.all()) removed += await sweepObjects(session, place, Date.parse(before));
      return removed;
    },
    giveOwnKeys: async (signal) => {
      let moved = 0;
      const ids = await session.scan(sql.selectFrom("blobs").select("id").where("sealedKey", "is", null));
      for (const { id } of ids) {
        if (signal.aborted) break;
        const blob = await stored(id).catch(ignoreInvalid);
        if (blob === undefined || blob.key !== undefined) continue;
        if ((await writeRekeyed(blob).catch(ignoreInvalid)) === true) moved += 1;
      }
      return moved;
    },
    withoutOwnKey: async () => {
      const count = sql
        .selectFrom("blobs")
        .select(({ fn }) => fn.countAll<number>().as("count"))
        .where("sealedKey", "is", null);
      return Number((await session.first(count))?.count ?? 0);
    },
  };
}

function measure(
  content: AsyncIterable<Uint8Array>,
  bytesMax: number,
): { content: AsyncIterable<Uint8Array>; result(): { size: number; sha256: string } } {
  const hash = createHash("sha256");
  let size = 0;
  const pass = async function* (): AsyncGenerator<Uint8Array> {
    for await (const piece of content) {
      size += piece.length;
      if (size > bytesMax)
        throw new HilumError("blob.too_large", { detail: `An attachment holds at most ${bytesMax} bytes.` });
      hash.update(piece);
      yield piece;
    }
  };
  return { content: pass(), result: () => ({ size, sha256: hash.digest("hex") }) };
}

/** Content that an attacker put in place of a longer one of the same id and key would verify frame by frame; the row's size tells. */
async function* readVerified(content: AsyncIterable<Uint8Array>, id: string, size: number): AsyncGenerator<Uint8Array> {
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

async function unnamed(session: Session, before: string): Promise<string[]> {
  const rows = await session.scan(
    session.sql
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
  return rows.map(({ id }) => id);
}

/** Drafts and objects whose row was never written, or is gone, left by a crash. */
async function sweepObjects(session: Session, place: BlobPlace, beforeMs: number): Promise<number> {
  const { sql } = session;
  let removed = 0;
  for await (const object of place.list(beforeMs)) {
    const known = await session.first(
      sql
        .selectFrom("blobs")
        .select("id")
        .where(({ or, and, eb }) =>
          or([eb("object", "=", object), and([eb("id", "=", object), eb("object", "is", null)])]),
        ),
    );
    if (known !== undefined) continue;
    await place.remove(object);
    removed += 1;
  }
  return removed;
}

function ignoreInvalid(error: unknown): undefined {
  if (isHilumError(error) && error.code === "envelope.invalid") return undefined;
  throw error;
}

/** Another name for each writing, so that one that failed cannot stand in the way of the next. */
function objectOf(id: string): string {
  return `${id}.${randomBytes(6).toString("hex")}`;
}

function presentBlob({ id, contentType, size, sha256, createdAt, createdBy }: Stored): BlobRow {
  return { id, contentType, size, sha256, createdAt, createdBy };
}

function hashPlace(id: string) {
  return { table: "blobs", id, field: "sha256", version: 1 };
}

function keyPlace(id: string) {
  return { table: "blobs", id, field: "key", version: 1 };
}
