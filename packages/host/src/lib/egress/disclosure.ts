import type { InstanceKey } from "../instance-key.ts";
import type { Decision } from "../pipeline.ts";

/** Where an instance would send data, after its grant and its addresses were judged. */
export interface DisclosureRequest {
  host: string;
  /** Addresses it resolves to; empty where it does not resolve. */
  addresses: readonly string[];
  /** The destination is declared as one that gets no patient data. */
  withoutPhi: boolean;
}

/** Whether patient data may leave to a host: by agreements, which the host of plugins knows nothing of. */
export type DecideDisclosure = (key: InstanceKey, request: DisclosureRequest) => Decision | Promise<Decision>;
