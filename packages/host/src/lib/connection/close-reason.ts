import type { ViolationReason } from "@hilum/contract/wire";

/** Rules of the protocol that the codec cannot see because they span frames. */
export type ProtocolFault =
  | "answer_before_question"
  | "handshake"
  | "version"
  | "id_reused"
  | "stray_answers"
  | "frame_too_slow"
  | "slow_reader"
  | "flood";

/** Why a link ended. `protocol`: the plugin broke a rule, which is named. */
export type CloseReason =
  | { kind: "protocol"; fault: ProtocolFault | ViolationReason; detail: string }
  /** The other side closed. */
  | { kind: "ended" }
  /** The host closed: stop, revocation, a hung plugin. */
  | { kind: "host"; why: "stopped" | "hung" | "revoked" | "replaced" };
