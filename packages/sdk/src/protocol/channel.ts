import type { Frame, Violation } from "@hilum/contract/wire";

/** What comes from the other side. */
export interface ChannelEvents {
  onFrame(frame: Frame): void;
  /** The other side broke the protocol; nothing follows. */
  onViolation(violation: Violation): void;
  /** The other side is gone. */
  onClose(): void;
}

/** Carries frames both ways: standard input and output, a WebSocket, or memory. */
export interface Channel {
  start(events: ChannelEvents): void;
  /** One line of the protocol, line feed included. */
  write(line: string): void;
  /** Resolves when what was written has left. */
  flushed(): Promise<void>;
  close(): void;
}
