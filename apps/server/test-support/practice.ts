import { email } from "@hilum/contract/fhir";
import type { Message, MessageDetail } from "@hilum/contract/api";
import type { TestClient } from "./test-client.ts";

export const mailbox = { plugin: "org.hilum.practice-mailbox" };

/** A body of `sendMessage`: an e-mail to a synthetic person. */
export function someEmail(
  options: {
    to?: string;
    subject?: string;
    text?: string;
    attachments?: { url: string; contentType: string; title: string }[];
    /** Reference of whom it is about. */
    patient?: string;
  } = {},
) {
  const { to = "jo@example.org", subject = "Your appointment", text = "On Monday at nine." } = options;
  const made = email({
    to,
    subject,
    text,
    ...(options.attachments === undefined ? {} : { attachments: options.attachments }),
    ...(options.patient === undefined ? {} : { patient: options.patient }),
  });
  return { ...made, resourceType: "Communication" as const };
}

/** Adds the practice mailbox, enables it and sends e-mail through it. */
export async function turnOnPractice(
  operator: TestClient,
  behaviour: "deliver" | "refuse" | "delay" | "lose" = "deliver",
): Promise<void> {
  await operator.ok("addIncludedPlugin", { params: mailbox });
  if (behaviour !== "deliver") await behave(operator, behaviour);
  const { enabled, gate } = await operator.ok("enableInstance", { params: mailbox, body: {} });
  if (!enabled) throw new Error(`the practice mailbox was not enabled: ${JSON.stringify(gate.rows)}`);
  await operator.ok("setRoute", { params: { channel: "email" }, body: { to: [{ ...mailbox, instance: "default" }] } });
}

/** Tells the practice mailbox what to do with messages from now on. */
export async function behave(
  operator: TestClient,
  behaviour: "deliver" | "refuse" | "delay" | "lose",
  delaySeconds = 1,
): Promise<void> {
  const { revision } = await operator.ok("getSettings", { params: mailbox });
  await operator.ok("saveSettings", { params: mailbox, body: { values: { behaviour, delaySeconds }, revision } });
}

/** Reads a message until `holds` says so of it; throws with what it was last. */
export async function waitForMessage(
  operator: TestClient,
  id: string,
  holds: (message: MessageDetail) => boolean,
  timeoutMs = 30_000,
): Promise<MessageDetail> {
  return await waitUntil(
    `message ${id}`,
    () => operator.ok("getMessage", { params: { message: id } }),
    holds,
    timeoutMs,
  );
}

export const waitForState = (
  operator: TestClient,
  id: string,
  state: Message["state"],
  timeoutMs?: number,
): Promise<MessageDetail> => waitForMessage(operator, id, (message) => message.state === state, timeoutMs);

/** Asks again and again, at most for `timeoutMs`. */
export async function waitUntil<T>(
  what: string,
  read: () => Promise<T>,
  holds: (value: T) => boolean,
  timeoutMs = 30_000,
): Promise<T> {
  const until = performance.now() + timeoutMs;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (performance.now() > until)
      throw new Error(`waited in vain for ${what}: ${JSON.stringify(value).slice(0, 1500)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
