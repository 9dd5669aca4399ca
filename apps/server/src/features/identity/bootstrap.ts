import { timingSafeEqual } from "node:crypto";
import { HilumError, type Context } from "@hilum/contract";
import type { Store, UserRow } from "@hilum/store";
import { makeId } from "../../make-id.ts";
import type { Passwords } from "./passwords.ts";
import { digestOf, makeReadableCode, normaliseCode } from "./secrets.ts";
import type { Throttle } from "./throttle.ts";

const fact = "setup_code";

export interface BootstrapService {
  needsAdministrator(): Promise<boolean>;
  /** A new one-time code to print, or undefined once there is a user. Earlier codes end: only who sees this start may use it (threat 175). */
  issueCode(): Promise<string | undefined>;
  createFirstAdministrator(
    context: Context,
    request: { code: string; username: string; displayName: string; password: string },
    peer: string,
  ): Promise<UserRow>;
}

export function createBootstrapService({
  store,
  passwords,
  throttle,
}: {
  store: Pick<Store, "users" | "platform">;
  passwords: Passwords;
  throttle: Throttle;
}): BootstrapService {
  const needsAdministrator = async () => (await store.users.count()) === 0;
  return {
    needsAdministrator,
    async issueCode() {
      if (!(await needsAdministrator())) return undefined;
      const code = makeReadableCode(4);
      await store.platform.setFact(fact, digestOf(code));
      return code;
    },
    async createFirstAdministrator(context, { code, username, displayName, password }, peer) {
      await throttle.admit(undefined, peer, context.now());
      const expected = await store.platform.fact(fact);
      if (!(await needsAdministrator()))
        throw new HilumError("request.not_found", { detail: "Hilum has its administrator; sign in instead." });
      if (expected === undefined || !sameDigest(expected, digestOf(normaliseCode(code)))) {
        await throttle.fail(undefined, peer, context.now());
        throw new HilumError("session.code_wrong", {
          detail: "The set-up code is not the one that Hilum printed when it started.",
          problems: [
            {
              pointer: "/code",
              message: "This is not the set-up code of this start.",
              fix: "Copy it from where Hilum was started; a new start prints a new one.",
            },
          ],
        });
      }
      const user = await store.users.create({
        id: makeId(context.now().getTime()),
        username,
        displayName,
        role: "administrator",
        passwordHash: await passwords.hash(password),
        at: context.now().toISOString(),
        first: true,
      });
      await store.platform.setFact(fact, null);
      return user;
    },
  };
}

function sameDigest(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
