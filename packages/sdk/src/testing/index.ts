export {
  sampleEmail,
  sampleEmailWithAttachment,
  sampleEvent,
  sampleFax,
  sampleMessages,
  sampleSms,
  type SampleEvent,
  type SampleMessage,
} from "@hilum/contract/fixtures";
export { createMemoryChannels } from "../protocol/memory-channel.ts";
export { PeerClosedError, PeerError } from "../protocol/asked-requests.ts";
export { createPeer, type Peer, type PeerOptions } from "../protocol/peer.ts";
export { createStdioChannel } from "../protocol/stdio-channel.ts";
export type { Channel, ChannelEvents } from "../protocol/channel.ts";
export { startTestEgress, type TestEgress, type TestEgressOptions } from "./egress-server.ts";
export type { Faults, FaultyMethod, RefusalOptions } from "./faults.ts";
export type { OnFetch, TestFetchAnswer, TestFetchRequest } from "./played-provider.ts";
export type { HookDelivery } from "./hook-params.ts";
export type { TestRecord, TestStore } from "./test-store.ts";
export type { TestMessage } from "./tables.ts";
export { TestCallError, type SendOptions } from "./plugin-calls.ts";
export { createTestHost, type TestHost, type TestHostOptions } from "./test-host.ts";
