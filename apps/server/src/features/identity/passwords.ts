import { availableParallelism } from "node:os";
import { HilumError } from "@hilum/contract";
import { hash, verify } from "@node-rs/argon2";

/** Argon2id at 64 MiB, three passes, one lane: about 60 ms here (SECURITY.md). */
const cost = { memoryCost: 65_536, timeCost: 3, parallelism: 1 } as const;
/** More sign-ins than this wait at once are refused: each costs 64 MiB (threat 164). */
const waitingMax = 32;

export interface Passwords {
  hash(password: string): Promise<string>;
  /** Takes the same time for a user that does not exist: `stored` is then undefined and the answer false (threat 163). */
  verify(stored: string | undefined, password: string): Promise<boolean>;
}

export function createPasswords(options: { slots?: number } = {}): Passwords {
  const admit = createSlots(options.slots ?? availableParallelism());
  let decoy: Promise<string> | undefined;
  return {
    hash: (password) => admit(() => hash(password.normalize("NFKC"), cost)),
    async verify(stored, password) {
      decoy ??= admit(() => hash("no such user, same cost", cost));
      const against = stored ?? (await decoy);
      if (!isStrongEnough(against))
        throw new HilumError("server.internal", {
          cause: new Error("a stored password hash is weaker than the floor"),
        });
      const matches = await admit(() => verify(against, password.normalize("NFKC")));
      return matches && stored !== undefined;
    },
  };
}

/** A stored hash with lowered parameters is never accepted (threat 212). */
function isStrongEnough(stored: string): boolean {
  const found = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=\d+\$/.exec(stored);
  return found !== null && Number(found[1]) >= cost.memoryCost && Number(found[2]) >= cost.timeCost;
}

function createSlots(slots: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = slots;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free === 0) {
      if (waiting.length >= waitingMax)
        throw new HilumError("request.too_many", { detail: "Too many sign-ins at once.", retryAfterMs: 2000 });
      await new Promise<void>((resume) => waiting.push(resume));
    } else free--;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    }
  };
}
