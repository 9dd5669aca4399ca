import { generateSync } from "otplib";
import type { TestClient } from "./test-client.ts";

/** What an authenticator shows for `secret` now, or that many 30-second steps later. */
export function showCode(secret: string, steps = 0): string {
  return generateSync({ secret, epoch: Math.floor(Date.now() / 1000) + steps * 30 });
}

/** Turns one-time codes on for a signed-in person. */
export async function turnOnSecondFactor(client: TestClient): Promise<{ secret: string; recoveryCodes: string[] }> {
  const { secret } = await client.ok("beginSecondFactor");
  const { recoveryCodes } = await client.ok("confirmSecondFactor", { body: { code: showCode(secret, -1) } });
  return { secret, recoveryCodes };
}
