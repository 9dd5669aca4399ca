const periodSeconds = 30;

/** A new TOTP secret (RFC 6238: SHA-1, 6 digits, 30 s: what every authenticator reads) and its `otpauth://` address. */
export async function makeTotp(account: string, issuer: string): Promise<{ secret: string; uri: string }> {
  const { generateSecret, generateURI } = await import("otplib");
  const secret = generateSecret();
  return { secret, uri: generateURI({ issuer, label: account, secret }) };
}

/**
 * The time step that `code` belongs to, or undefined when it is wrong. One step of clock skew is taken either way. A
 * caller keeps the newest step it accepted and refuses it again, so a code works once (threat 168).
 */
export async function totpStepOf(secret: string, code: string, now: Date): Promise<number | undefined> {
  const token = code.replace(/\s/g, "");
  if (!/^\d{6}$/.test(token)) return undefined;
  // Not every start needs it.
  const { verifySync } = await import("otplib");
  const epoch = Math.floor(now.getTime() / 1000);
  const result = verifySync({ secret, token, epoch, epochTolerance: periodSeconds });
  return result.valid ? Math.floor(epoch / periodSeconds) + result.delta : undefined;
}
