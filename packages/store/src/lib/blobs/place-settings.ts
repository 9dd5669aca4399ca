import { randomBytes } from "node:crypto";
import { HilumError } from "@hilum/contract/errors";
import type { BlobPlaceChoice, BlobPlaceSettings, BucketSettings } from "../ports/blob-places.ts";
import type { Platform } from "../ports/operations.ts";
import type { Session } from "../session.ts";
import type { BlobPlace } from "./blob-place.ts";
import { openBucketPlace } from "./bucket-place.ts";
import { createFolderPlace } from "./folder-place.ts";

/** The places by what was chosen, kept sealed as a fact; each look reads it, so that every process follows. */
export interface BlobPlaces extends BlobPlaceSettings {
  current(): Promise<BlobPlace>;
  /** Throws `blob.place_unavailable` for a bucket that was never chosen. */
  of(kind: BlobPlace["kind"]): Promise<BlobPlace>;
  /** Each that is configured. */
  all(): Promise<BlobPlace[]>;
}

interface Chosen {
  kind: "folder" | "bucket";
  bucket?: BucketSettings;
}

const fact = "blob_place";

export function createBlobPlaces(
  session: Session,
  platform: Pick<Platform, "fact" | "setFact" | "deployment">,
  folderPath: string,
): BlobPlaces {
  const folder = createFolderPlace(folderPath);
  let opened: { text: string; place: Promise<BlobPlace> } | undefined;

  const read = async (): Promise<Chosen> => {
    const text = await platform.fact(fact);
    return text === undefined ? { kind: "folder" } : (JSON.parse(text) as Chosen);
  };
  const open = (bucket: BucketSettings): Promise<BlobPlace> => {
    const text = JSON.stringify(bucket);
    if (opened?.text !== text) opened = { text, place: openBucketPlace(bucket, platform.deployment) };
    return opened.place;
  };
  const of = async (kind: BlobPlace["kind"]): Promise<BlobPlace> => {
    if (kind === "folder") return folder;
    const { bucket } = await read();
    if (bucket === undefined) throw new HilumError("blob.place_unavailable", { detail: "No bucket is configured." });
    return open(bucket);
  };
  const holdsSome = async (): Promise<boolean> =>
    (await session.first(session.sql.selectFrom("blobs").select("id").where("place", "=", "bucket").limit(1))) !==
    undefined;

  return {
    of,
    current: async () => of((await read()).kind),
    all: async () => {
      const { bucket } = await read();
      return bucket === undefined ? [folder] : [folder, await open(bucket)];
    },
    status: async () => {
      const { kind, bucket } = await read();
      if (bucket === undefined) return { kind, folder: folderPath };
      const { endpoint, region, bucket: name, accessKeyId } = bucket;
      return {
        kind,
        folder: folderPath,
        bucket: { region, bucket: name, accessKeyId, ...(endpoint === undefined ? {} : { endpoint }) },
      };
    },
    use: async (choice) => {
      const before = await read();
      const chosen = chosenOf(choice, before);
      if (choice.kind === "bucket" && chosen.bucket !== undefined) {
        if (isOther(before.bucket, chosen.bucket) && (await holdsSome()))
          throw new HilumError("request.conflict", {
            detail: `The bucket ${before.bucket?.bucket ?? ""} still holds attachments, which would not be found any more.`,
          });
        await prove(await openBucketPlace(chosen.bucket, platform.deployment));
      }
      await platform.setFact(fact, JSON.stringify(chosen));
    },
  };
}

function chosenOf(choice: BlobPlaceChoice, before: Chosen): Chosen {
  if (choice.kind === "folder") return { ...before, kind: "folder" };
  const { kind, ...bucket } = choice;
  return { kind, bucket: bucket.endpoint === undefined ? bucket : { ...bucket, endpoint: originOf(bucket.endpoint) } };
}

function isOther(before: BucketSettings | undefined, next: BucketSettings): boolean {
  return before !== undefined && (before.bucket !== next.bucket || before.endpoint !== next.endpoint);
}

async function prove(place: BlobPlace): Promise<void> {
  const object = `probe.${randomBytes(6).toString("hex")}`;
  const content = randomBytes(64);
  await place.write(object, once(content));
  const pieces: Uint8Array[] = [];
  for await (const piece of place.read(object)) pieces.push(piece);
  await place.remove(object);
  if (!Buffer.concat(pieces).equals(content))
    throw new HilumError("blob.place_unavailable", { detail: "The bucket gives back something else than was put in." });
}

async function* once(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield content;
}

function originOf(text: string): string {
  const url = URL.parse(text);
  const isHere = url !== null && ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  if (url !== null && url.pathname === "/" && (url.protocol === "https:" || (url.protocol === "http:" && isHere)))
    return url.origin;
  const message = "This is not the address of a storage.";
  throw new HilumError("request.invalid", {
    detail: message,
    problems: [{ pointer: "/endpoint", message, fix: "Write it like https://s3.example.org." }],
  });
}
