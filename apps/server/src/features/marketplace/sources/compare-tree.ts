import { parseCheckpointText, type Checkpoint } from "@hilum/audit/tlog";
import { HilumError } from "@hilum/contract";
import type { AnswerOf, OperationOf, SourceLog } from "@hilum/contract/api";
import { recallLog, type FollowedLog } from "@hilum/marketplace";

type Answer = AnswerOf<OperationOf<"compareSourceTree">>;

/**
 * The tree that was kept below `folder` beside the head that another hospital copied. Nothing is fetched: what was seen is compared, also
 * where the source is refused now. Throws `request.invalid`, `source.log_missing`.
 */
export async function compareTree(folder: string, checkpoint: string): Promise<Answer> {
  const theirs = parseHead(checkpoint);
  const here = await recallLog(folder);
  if (here === undefined)
    throw new HilumError("source.log_missing", { detail: "No tree of this marketplace was read here yet." });
  return {
    verdict: here.origin === theirs.origin ? judge(here, theirs) : "other",
    here: { size: here.size, root: here.root },
    theirs: { size: theirs.size, root: theirs.root.toString("hex") },
  };
}

function judge(here: Pick<FollowedLog, "size" | "rootAt">, theirs: Checkpoint): Answer["verdict"] {
  if (theirs.size > here.size) return "newer";
  if (here.rootAt(theirs.size) !== theirs.root.toString("hex")) return "forked";
  return theirs.size === here.size ? "same" : "older";
}

/** The three lines before the signatures; they may have been pasted without, or with other ends of lines. */
function parseHead(checkpoint: string): Checkpoint {
  const [head = ""] = checkpoint.replaceAll("\r\n", "\n").trim().split("\n\n");
  try {
    return parseCheckpointText(`${head}\n`);
  } catch (error) {
    throw new HilumError("request.invalid", {
      detail:
        "The head of a tree has three lines: its name, its size and its root. Copy it at the other hospital again.",
      cause: error,
    });
  }
}

/** What is kept of the tree that was read, with the moment at which it was seen first. */
export function logSince(log: FollowedLog | undefined, before: SourceLog | undefined, now: Date): { log?: SourceLog } {
  if (log === undefined) return {};
  const { origin, size, root, checkpoint, witnesses } = log;
  const since = before?.root === root ? before.since : now.toISOString();
  return { log: { origin, size, root, checkpoint, since, witnesses: [...witnesses] } };
}
