import { checkClaim, isProviderError, ProviderError, type Evidence } from "@hilum/sdk";
import { listSenders } from "./senders.ts";
import { isNumber, isService } from "./settings.ts";
import { isUnverifiedRecipient } from "./twilio-error.ts";
import { askTwilio, textOf, type TwilioContext } from "./twilio-client.ts";

type Step = [id: string, title: string, run: (ctx: TwilioContext) => Promise<string | undefined>];

const authentication: Step = [
  "authentication",
  "Twilio accepts the sign-in",
  async (ctx) => {
    const account = await askTwilio(ctx, { path: "" });
    const [name, status, type] = ["friendly_name", "status", "type"].map((member) => textOf(account, member));
    if (status !== "active")
      throw new ProviderError("provider.quota", {
        detail: `Twilio calls the account ${status}.`,
        fix: "Open Twilio's console: it says why, and what to pay.",
      });
    return `Signed in to ${name}, a ${type === "Trial" ? "trial" : "full"} account.`;
  },
];

const scope: Step = [
  "scope",
  "It may work with messages",
  async (ctx) => {
    await askTwilio(ctx, { path: "/Messages.json", query: { PageSize: "1" } });
    return ctx.settings.signIn === "key" ? "The API key may read messages." : undefined;
  },
];

const sender: Step = [
  "sender",
  "The sender belongs to the account",
  async (ctx) => {
    const { from = "" } = ctx.settings;
    if (isService(from)) return "A Messaging Service chooses the number.";
    if (!isNumber(from)) return `${from} is no number, so only a message can show whether networks take it.`;
    const own = (await listSenders(ctx)).find(({ number }) => number === from);
    if (own?.sms === true) return `${own.name}, ${from}.`;
    throw new ProviderError("provider.sender", {
      field: "/from",
      detail: own === undefined ? `${from} is no number of this account.` : `${from} cannot send text messages.`,
      fix: "Choose one of the account's numbers that can send text messages.",
    });
  },
];

/** Twilio judges sender and right before it looks at the text, and a message without one cannot be sent. */
const dryRun: Step = [
  "dry-run",
  "Twilio would take a message from this sender",
  async (ctx) => {
    const { from = "" } = ctx.settings;
    const form = { To: "+15005550006", ...(isService(from) ? { MessagingServiceSid: from } : { From: from }) };
    try {
      await askTwilio(ctx, { path: "/Messages.json", form });
    } catch (error) {
      if (!isProviderError(error)) throw error;
      if (error.code === "message.invalid") return "Tried without a text: nothing was sent.";
      // Sender and right were judged by then.
      if (isUnverifiedRecipient(error)) return "A trial account: it sends, to numbers that are verified at Twilio.";
      throw error;
    }
    throw new ProviderError("provider.bad_answer", { detail: "Twilio took a message without a text." });
  },
];

/** Sign-in and rights: what can be tried before a sender is chosen. */
export const checkSignIn = (ctx: TwilioContext): Promise<Evidence[]> => runUntilFailure(ctx, [authentication, scope]);

export const checkSender = (ctx: TwilioContext): Promise<Evidence[]> => runUntilFailure(ctx, [sender]);

/** As far as a message would go without one: sign-in, rights, balance, sender, and a message that cannot be sent. */
export async function checkAccount(ctx: TwilioContext): Promise<Evidence[]> {
  const rows = await runUntilFailure(ctx, [authentication, scope]);
  if (hasFailed(rows)) return [...rows, ...skipped([sender, dryRun])];
  const money = await checkBalance(ctx);
  const rest = hasFailed([money]) ? skipped([sender, dryRun]) : await runUntilFailure(ctx, [sender, dryRun]);
  return [...rows, money, ...rest];
}

/** Money is what Twilio's quota is. A restricted key may not look at it, which is no fault. */
export async function checkBalance(ctx: TwilioContext): Promise<Evidence> {
  const row = { id: "quota", title: "The balance suffices" };
  const begunAt = performance.now();
  try {
    const body = await askTwilio(ctx, { path: "/Balance.json" });
    const [balance, currency] = [Number(textOf(body, "balance")), textOf(body, "currency")];
    const durationMs = Math.round(performance.now() - begunAt);
    const detail = `${balance.toFixed(2)} ${currency} are left.`;
    if (balance <= 0)
      return { ...row, durationMs, status: "failed", cause: "quota", detail, fix: "Add funds in Twilio's console." };
    return balance < 5
      ? { ...row, durationMs, status: "warning", detail, fix: "Add funds before messages fail." }
      : { ...row, durationMs, status: "passed", detail };
  } catch (error) {
    if (!isProviderError(error)) throw error;
    if (error.code === "provider.bad_credentials" || error.code === "provider.refused")
      return { ...row, status: "skipped", detail: "The sign-in may not look at the balance." };
    return await checkClaim(row.id, row.title, () => Promise.reject(error));
  }
}

async function runUntilFailure(ctx: TwilioContext, steps: readonly Step[]): Promise<Evidence[]> {
  const rows: Evidence[] = [];
  for (const step of steps) {
    const [id, title, run] = step;
    rows.push(...(hasFailed(rows) ? skipped([step]) : [await checkClaim(id, title, () => run(ctx))]));
  }
  return rows;
}

const hasFailed = (rows: readonly Evidence[]): boolean => rows.some(({ status }) => status === "failed");

const skipped = (steps: readonly Step[]): Evidence[] =>
  steps.map(([id, title]) => ({ id, title, status: "skipped", detail: "Not tried: a step before it failed." }));
