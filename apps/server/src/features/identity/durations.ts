/** Milliseconds. Automatic logoff after 15 idle minutes, whole sessions of at most 12 hours (SECURITY.md). */
export const sessionIdleMs = 15 * 60_000;
export const sessionMs = 12 * 3_600_000;
/** How long a fresh proof of the password opens the dangerous acts. */
export const stepUpMs = 5 * 60_000;
export const challengeMs = 5 * 60_000;
export const invitationMs = 72 * 3_600_000;
/** A session's last-seen time is written at most this often. */
export const touchEveryMs = 30_000;
