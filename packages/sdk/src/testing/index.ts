export { createMemoryChannels } from "../protocol/memory-channel.ts";
export { createPeer, PeerClosedError, PeerError, type Peer, type PeerOptions } from "../protocol/peer.ts";
export { createStdioChannel } from "../protocol/stdio-channel.ts";
export type { Channel, ChannelEvents } from "../protocol/channel.ts";
export { startTestEgress, type TestEgress, type TestEgressOptions } from "./egress-server.ts";
export type { TestMessage } from "./records.ts";
export { createTestHost, TestCallError, type SendOptions, type TestHost, type TestHostOptions } from "./test-host.ts";
