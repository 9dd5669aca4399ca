import { checkClaim, isProviderError, type CallContext, type Evidence, type ProviderError } from "@hilum/sdk";
import type { SmtpSettings } from "./settings.ts";
import { openSession, type SmtpSession } from "./smtp-session.ts";

/** How far a check goes: each includes those before it. */
export type Depth = "encryption" | "sign-in" | "sender";

/** Goes as far as a message would go without sending one: connect and greet, encrypt, sign in, offer the sender. */
export async function checkServer(context: CallContext<SmtpSettings>, depth: Depth = "sender"): Promise<Evidence[]> {
  const { signIn = true, from } = context.settings;
  const { session, rows } = await connect(context);
  try {
    if (depth === "encryption") return rows;
    rows.push(
      await nextRow(rows, "sign-in", "User name and password are accepted", async () => {
        await session?.signIn();
        return signIn ? undefined : "The settings say that there is no sign-in.";
      }),
    );
    if (depth === "sign-in") return rows;
    rows.push(
      await nextRow(rows, "sender", "The sender's address is accepted", async () => {
        await session?.offerSender();
        return `${from}.`;
      }),
    );
    return rows;
  } finally {
    session?.close();
  }
}

/** What one step of the setup adds to those before it; what came before is told only where it failed. */
export async function checkFrom(context: CallContext<SmtpSettings>, depth: Depth): Promise<Evidence[]> {
  const rows = await checkServer(context, depth);
  return rows.filter(({ id, status }) => id === depth || status === "failed");
}

type Connected = { session: SmtpSession | undefined; rows: Evidence[] };

/** One conversation shows two things: that a mail server answers, and that nobody else reads along. */
async function connect(context: CallContext<SmtpSettings>): Promise<Connected> {
  const { host, port, security } = context.settings;
  const begunAt = performance.now();
  const opened = await openSession(context).catch((error: unknown) => {
    if (!isProviderError(error)) throw error;
    return error;
  });
  const failure = isProviderError(opened) ? opened : undefined;
  const session = isProviderError(opened) ? undefined : opened;
  const broken = failure !== undefined && concernsEncryption(failure) ? failure : undefined;
  const greeting = await checkClaim("greeting", "The mail server answers", async () => {
    if (failure !== undefined && broken === undefined) throw failure;
    return `${host}, port ${port}.`;
  });
  const durationMs = Math.round(performance.now() - begunAt);
  const rows = [{ ...greeting, durationMs }];
  if (security === "none") return { session, rows };
  const encryption = await nextRow(rows, "encryption", "The conversation is encrypted", async () => {
    if (broken !== undefined) throw broken;
    return session?.describeEncryption();
  });
  return { session, rows: [...rows, encryption.status === "skipped" ? encryption : { ...encryption, durationMs }] };
}

const concernsEncryption = ({ code, data }: ProviderError): boolean =>
  code === "provider.certificate" || data.field === "/security" || data.field === "/ca";

async function nextRow(
  rows: readonly Evidence[],
  id: string,
  title: string,
  run: () => Promise<string | undefined>,
): Promise<Evidence> {
  if (rows.some(({ status }) => status === "failed"))
    return { id, title, status: "skipped", detail: "Not tried: a step before it failed." };
  return await checkClaim(id, title, run);
}
