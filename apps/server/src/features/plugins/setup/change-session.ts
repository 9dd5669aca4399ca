import { isHilumError } from "@hilum/contract";
import type { InstanceKey, SetupRow, Store } from "@hilum/store";
import { readSession, type Session } from "./session.ts";

const attemptsMax = 5;

/**
 * Changes a setup as it is stored, at once and whoever else does, and the one in hand with it. What is in hand and was changed by
 * somebody else meanwhile cannot be saved any more: that says so itself.
 */
export async function amendSession(
  { setup }: Pick<Store, "setup">,
  key: InstanceKey,
  inHand: { row: SetupRow; session: Session },
  work: (session: Session) => void,
): Promise<void> {
  await tryAgain(async () => {
    const row = await setup.find(key);
    if (row === undefined) return;
    const stored = readSession(row.session);
    work(stored);
    const isOurs = row.rowVersion === inHand.row.rowVersion;
    const saved = await setup.save(key, { ...stored }, row.rowVersion);
    if (isOurs) inHand.row = saved;
  });
  work(inHand.session);
}

/** Once more when somebody else changed the setup in between; throws `request.conflict` after five times. */
export async function tryAgain<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!isHilumError(error) || error.code !== "request.conflict" || attempt === attemptsMax) throw error;
    }
  }
}
