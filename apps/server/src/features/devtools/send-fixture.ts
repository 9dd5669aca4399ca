import {
  capabilities,
  HilumError,
  isHilumError,
  type CapabilityName,
  type Context,
  type WireErrorData,
} from "@hilum/contract";
import type { Fixture, FixtureOutcome } from "@hilum/contract/api";
import { checkMessage } from "@hilum/contract/fhir";
import { fixtures } from "@hilum/contract/fixtures";
import type { Host } from "@hilum/host";
import type { InstanceKey, Store } from "@hilum/store";
import { makeId } from "../../make-id.ts";
import { loadInstance } from "../plugins/load-instance.ts";

const deadlineMs = 60_000;

type Parts = {
  store: Store;
  host(): Host;
  ref(resource: string, id: string): string;
  failureData(error: unknown): WireErrorData | undefined;
};

/** Hands a made-up message to an instance in test mode, and tells what it made of it. It never enters the outbox. */
export function createFixtureSender({ store, host, ref, failureData }: Parts) {
  return async (context: Context, key: InstanceKey, id: string, to: string | undefined): Promise<FixtureOutcome> => {
    const { manifest, instance } = await loadInstance(store, key);
    const fixture = fixtures.find((known) => known.id === id);
    if (fixture === undefined) throw new HilumError("fixture.not_found");
    refuseUnfitting(fixture, manifest.capabilities);
    if (!instance.testMode) throw new HilumError("fixture.test_mode");
    const message = { ...addressed(fixture, to), id: makeId(context.now().getTime()) };
    const at = context.now();
    const startedMs = performance.now();
    const measured = () => ({
      fixture: id,
      call: context.requestId,
      at: at.toISOString(),
      durationMs: Math.round(performance.now() - startedMs),
    });
    const { actor, requestId } = context;
    try {
      const { providerId, reply } = await host().call(
        { actor, requestId, purpose: "HSYSADMIN" },
        {
          ...key,
          method: "messages.send",
          params: { message, attempt: 1, idempotencyKey: message.id, attachments: [] },
          deadlineMs,
          resource: "Communication",
          ref: ref("Communication", message.id),
        },
      );
      return {
        ...measured(),
        outcome: "accepted",
        ...(providerId === undefined ? {} : { providerReference: providerId }),
        ...(reply === undefined ? {} : { reply }),
      };
    } catch (error) {
      if (!isHilumError(error) || error.code === "plugin.not_running") throw error;
      const data = failureData(error);
      return {
        ...measured(),
        outcome: "failed",
        code: data?.code ?? error.code,
        detail: error.detail,
        fix: data?.fix ?? error.spec.fix,
        ...(data?.reply === undefined ? {} : { reply: data.reply }),
      };
    }
  };
}

function refuseUnfitting({ capability, served }: Fixture, provided: readonly CapabilityName[]): void {
  const { title } = capabilities[capability as CapabilityName];
  if (!served)
    throw new HilumError("fixture.not_fitting", { detail: `This version hands nothing to plugins for ${title}.` });
  if (!provided.includes(capability as CapabilityName))
    throw new HilumError("fixture.not_fitting", { detail: `The plugin does not provide ${title}.` });
}

/** The fixture for somebody else: its first recipient is replaced. Throws `request.invalid` for what is no address of its channel. */
function addressed({ content }: Fixture, to: string | undefined): Record<string, unknown> {
  if (to === undefined) return content;
  const message = structuredClone(content) as {
    recipient: { extension: { valueContactPoint: { value: string } }[] }[];
    status?: string;
  };
  const [extension] = message.recipient[0]?.extension ?? [];
  if (extension !== undefined) extension.valueContactPoint.value = to;
  const { status: _status, ...asSent } = message;
  if (checkMessage(asSent).length > 0)
    throw new HilumError("request.invalid", {
      detail: "The recipient is no address of this channel.",
      problems: [
        {
          pointer: "/to",
          message: "It is no address of this channel.",
          fix: "Write an e-mail address, or a number with its country code.",
        },
      ],
    });
  return message;
}
