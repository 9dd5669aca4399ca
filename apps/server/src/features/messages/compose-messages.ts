import type { Context, Log } from "@hilum/contract";
import type { Repair } from "@hilum/contract/api";
import { pluginFailureData, type Host, type InstanceStatus } from "@hilum/host";
import type { Store } from "@hilum/store";
import type { MessageReleases } from "../disclosures/release-message.ts";
import type { CallCounter } from "../plugins/call-counter.ts";
import type { InstanceRunner } from "../plugins/runner.ts";
import { createMessageAcceptance } from "./accept-message.ts";
import { createAttachmentsService } from "./attachments.ts";
import { createCircuits } from "./circuits.ts";
import { createDispatcher, type Dispatcher } from "./dispatcher.ts";
import { readStanding } from "./instance-standing.ts";
import { listRouteRepairs } from "./route-repairs.ts";
import { createMessageHandlers } from "./routes.ts";
import { createRoutingService } from "./routing.ts";
import { createSender } from "./send-message.ts";

export interface MessagesParts {
  store: Store;
  host(): Host;
  runner: Pick<InstanceRunner, "status" | "takesTestsOnly">;
  counter: CallCounter;
  /** Names this process in claims. */
  boot: string;
  /** What a message gives out about patients. */
  releases: MessageReleases;
  /** Throws for an attachment that was taken from a record which this person may not see. */
  mayOpen(context: Context, attachment: string): Promise<void>;
  testMode(): boolean;
  ref(resource: string, id: string): string;
  log: Log;
}

/** Accepting, routing and delivering messages. */
export interface MessagesFeature {
  handlers: ReturnType<typeof createMessageHandlers>;
  /** Channels whose messages wait. */
  routeRepairs(): Promise<Repair[]>;
  /** An instance runs: it is asked again, and what waits for it is tried. */
  onInstanceRunning(status: InstanceStatus): void;
  /** Takes up what was left, and begins to deliver. */
  start(): Promise<void>;
  close(): Promise<void>;
}

export function composeMessages(parts: MessagesParts): MessagesFeature {
  const { store, host, runner, counter, boot, releases, testMode, ref, log } = parts;
  const circuits = createCircuits();
  let dispatcher: Dispatcher | undefined;
  const wake = (): void => dispatcher?.wake();
  const routing = createRoutingService({
    store,
    circuits,
    running: (key) => runner.status(key)?.state === "running",
    takesTestsOnly: (key) => runner.takesTestsOnly(key),
    testMode,
    wake,
  });
  return {
    handlers: createMessageHandlers({
      store,
      acceptance: createMessageAcceptance({ store, testMode, wake }),
      attachments: createAttachmentsService({ blobs: store.blobs }),
      mayOpen: parts.mayOpen,
      routing,
      askAgain: circuits.probeNow,
      wake,
    }),
    routeRepairs: () => listRouteRepairs(routing),
    onInstanceRunning(status) {
      if (status.key.trial === undefined) circuits.reset(status.key);
      wake();
    },
    async start() {
      dispatcher = createDispatcher({
        store,
        owner: boot,
        single: (await store.status()).dialect === "sqlite",
        send: createSender({ host, ref, counter, releases, failureData: pluginFailureData }),
        standing: (key, message) => readStanding(runner.status(key), message.testMode || !runner.takesTestsOnly(key)),
        circuits,
        failureData: pluginFailureData,
        log,
      });
      await dispatcher.start();
    },
    close: async () => await dispatcher?.close(),
  };
}
