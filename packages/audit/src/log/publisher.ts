import * as path from "node:path";
import type { KeyObject } from "node:crypto";
import { signCheckpoint, type SignedCheckpoint } from "../tlog/checkpoint.ts";
import type { TreeSnapshot } from "../tlog/tile-builder.ts";
import { replaceFile, type AuditIo } from "./io.ts";
import { writeOpenIntents } from "./open-intents.ts";
import type { Sink, Sinks } from "./sinks.ts";

/** Signs checkpoints once everything below them is on the disk. */
export interface Publisher {
  /** The last checkpoint that was published. */
  readonly latest: SignedCheckpoint | undefined;
  /** Publishes a checkpoint of at least what was durable when this was called. */
  publish(): Promise<SignedCheckpoint>;
}

export interface PublisherOptions {
  origin: string;
  signingKey: KeyObject;
  sinks: Sinks;
  io: AuditIo;
  latest: SignedCheckpoint | undefined;
  /** The tree and the open intents at a moment when the tree holds exactly the durable entries. */
  snapshot: () => Promise<{ tree: TreeSnapshot; openIntents: number[] }>;
  onPublished?: (checkpoint: SignedCheckpoint) => void;
}

export function createPublisher({
  origin,
  signingKey,
  sinks,
  io,
  latest,
  snapshot,
  onPublished = () => {},
}: PublisherOptions): Publisher {
  let published = latest;
  let running: Promise<SignedCheckpoint> | undefined;
  let following: Promise<SignedCheckpoint> | undefined;

  return {
    get latest() {
      return published;
    },
    publish() {
      // One that runs may have begun before the caller's entry was durable, so a second call waits for the next one.
      if (running === undefined) return start();
      following ??= running.then(start, start);
      return following;
    },
  };

  function start(): Promise<SignedCheckpoint> {
    following = undefined;
    running = publishOnce().finally(() => (running = undefined));
    return running;
  }

  async function publishOnce(): Promise<SignedCheckpoint> {
    const { tree, openIntents } = await snapshot();
    if (published?.size === tree.size) return published;
    const checkpoint = signCheckpoint({ origin, size: tree.size, root: tree.root }, signingKey);
    await sinks.forEach((sink) => publishTo(sink, tree, openIntents, checkpoint));
    published = checkpoint;
    onPublished(checkpoint);
    return checkpoint;
  }

  async function publishTo(
    { directory, tiles }: Sink,
    tree: TreeSnapshot,
    openIntents: number[],
    checkpoint: SignedCheckpoint,
  ): Promise<void> {
    for (const partial of tree.partials) tiles.add(partial);
    await tiles.sync();
    await writeOpenIntents(io, directory, { size: tree.size, intents: openIntents });
    await replaceFile(io, path.join(directory, "checkpoint"), Buffer.from(checkpoint.note));
  }
}
