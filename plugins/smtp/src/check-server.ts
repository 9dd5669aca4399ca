import { checkStep, type CallContext, type Evidence } from "@hilum/sdk";
import type { SmtpSettings } from "./settings.ts";
import { openSession, type SmtpSession } from "./smtp-session.ts";

/** Goes as far as a message would go without sending one: connect and greet, encrypt, sign in, offer the sender. */
export async function checkServer(context: CallContext<SmtpSettings>): Promise<Evidence[]> {
  const { host, port, security, signIn = true, from } = context.settings;
  let session: SmtpSession | undefined;
  const steps: [id: string, title: string, run: () => Promise<string | undefined>][] = [
    [
      "connect",
      security === "none" ? "The mail server answers" : "The mail server answers, encrypted",
      async () => {
        session = await openSession(context);
        return `${host}, port ${port}, ${security === "none" ? "without encryption" : security.toUpperCase()}.`;
      },
    ],
    [
      "sign-in",
      "User name and password are accepted",
      async () => {
        await session?.signIn();
        return signIn ? undefined : "The settings say that there is no sign-in.";
      },
    ],
    [
      "sender",
      "The sender's address is accepted",
      async () => {
        await session?.offerSender();
        return `${from}.`;
      },
    ],
  ];
  try {
    return await runUntilFailure(steps);
  } finally {
    session?.close();
  }
}

async function runUntilFailure(
  steps: readonly [string, string, () => Promise<string | undefined>][],
): Promise<Evidence[]> {
  const rows: Evidence[] = [];
  for (const [id, title, run] of steps) {
    const failed = rows.some(({ status }) => status === "failed");
    rows.push(
      failed
        ? { id, title, status: "skipped", detail: "Not tried: a step before it failed." }
        : await checkStep(id, title, run),
    );
  }
  return rows;
}
