import type { InstanceStatus } from "@hilum/host";
import type { Standing } from "./route-order.ts";

/** Not running, and will be again without anybody's doing. */
const comingBack: ReadonlySet<InstanceStatus["state"]> = new Set(["starting", "waiting", "awaiting_link"]);

/** Whether an instance can be handed a message now. `mayHave`: whether this message is one for it; in test mode only test messages are. */
export function readStanding(status: InstanceStatus | undefined, mayHave: boolean): Standing {
  if (status?.state !== "running")
    return {
      ask: false,
      code: "plugin.not_running",
      cause: "plugin",
      soon: status !== undefined && comingBack.has(status.state),
    };
  return mayHave ? { ask: true } : { ask: false, code: "agreement.test_mode", cause: "configuration", soon: false };
}
