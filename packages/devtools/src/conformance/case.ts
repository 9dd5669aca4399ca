import type { CapabilityName, Destination, StorageBrowser, WireResource } from "@hilum/contract";
import { email, sms } from "@hilum/contract/fhir";
import { checkAnswer, type Frame } from "@hilum/contract/wire";
import type { PluginProcess } from "./plugin-process.ts";

/** What else is known of a plugin, for the cases that need it. */
export interface Knowledge {
  /** What its manifest provides; default `send_messages`. */
  capabilities?: readonly CapabilityName[];
  /** Id of a smoke test of its manifest that is not live. */
  smokeTest?: string;
  /** Of its messages; default `email`. */
  channel?: "email" | "sms";
  /** Addresses with a known fate. Cases without an address are skipped. */
  accepted?: string;
  refused?: string;
  /** A provider that answers late, so that there is something to cancel. */
  slow?: string;
  /** One whose message reaches the provider, and whose answer is lost. */
  lost?: string;
  /** Of its manifest, where the host makes its requests: sending one message makes at least one. */
  destinations?: readonly Destination[];
  /** `storage.browser` of its manifest, for the types that its store keeps. */
  storage?: StorageBrowser;
  /** Why there is no provider behind it that could keep anything; its records cannot be played then. */
  noProvider?: string;
  /** A record that its store takes, where it takes not every one of its types; its id and version are given anew. */
  record?: WireResource;
  /** A hook of its manifest, and a body that its vendor sends. */
  hook?: { id: string; contentType: string; body: string };
}

export interface Case {
  id: string;
  /** `protocol`, or the capability, or the part of the manifest, that it belongs to. */
  group: "protocol" | "send_messages" | "store_records" | "destinations" | "ingress";
  /** The sentence of docs/reference/protocol.md that it judges. */
  rule: string;
  /** Why it cannot be run here, if so. */
  skip?(knowledge: Knowledge): string | undefined;
  /** Throws a Fault for what is wrong. The plugin has been started, not initialized. */
  run(plugin: PluginProcess, knowledge: Knowledge): Promise<void>;
}

/** The plugin does not do what the protocol says. */
export class Fault extends Error {}

export function demand(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Fault(what);
}

export type Answer = Extract<Frame, { kind: "result" | "error" }>;

export function resultOf(method: string, answer: Answer): Record<string, unknown> {
  if (answer.kind === "error") throw new Fault(`${method} failed: ${answer.error.code} ${answer.error.message}`);
  const problems = checkAnswer(method, answer.result);
  demand(
    problems.length === 0,
    `the answer to ${method} is not valid: ${problems.map(({ pointer, message }) => `${pointer} ${message}`).join("; ")}`,
  );
  return (answer.result ?? {}) as Record<string, unknown>;
}

export function errorOf(method: string, answer: Answer): Extract<Answer, { kind: "error" }>["error"] {
  if (answer.kind === "result") throw new Fault(`${method} succeeded where it had to fail`);
  return answer.error;
}

export async function begin(plugin: PluginProcess): Promise<string[]> {
  const { methods } = resultOf("initialize", await plugin.initialize());
  return methods as string[];
}

export const noAccepted = ({ accepted }: Knowledge): string | undefined =>
  accepted === undefined ? "no address is known to be accepted" : undefined;

let messages = 0;
/** No two say the same, as those of different people would not. */
export function sendParams(
  { channel = "email" }: Knowledge,
  to: readonly string[],
  attachments: readonly { id: string; size: number }[] = [],
): object {
  const id = `message-${++messages}`;
  if (channel === "sms") {
    const message = { ...sms({ to, text: `Conformance ${messages}: Grüße` }), id, status: "in-progress" };
    return { message, attempt: 1, idempotencyKey: id, attachments: [] };
  }
  const handles = attachments.map(({ id: blob, size }) => ({
    id: blob,
    size,
    contentType: "application/pdf",
    title: "page.pdf",
  }));
  const message = {
    ...email({
      to,
      subject: "Conformance: Grüße",
      text: "Line one\nLine two",
      html: "<p>Line one</p>",
      attachments: handles.map(({ id: blob, ...rest }) => ({ url: `Binary/${blob}`, ...rest })),
    }),
    id,
    status: "in-progress",
  };
  return { message, attempt: 1, idempotencyKey: id, attachments: handles };
}
