import type { InstanceKey } from "../instance-key.ts";
import type { Decision } from "../pipeline.ts";
import { isInRanges, type AddressRules } from "./address.ts";

/** Where an instance would send data, after its grant and its addresses were judged. */
export interface DisclosureRequest {
  host: string;
  /** Whether what goes there may hold patient data. */
  phi: boolean;
  testMode: boolean;
  /** Every address of the host is in one of the administrator's own ranges. */
  inOwnRange: boolean;
}

/** Whether patient data may leave to a host. Agreements are the server's to know. */
export type DecideDisclosure = (key: InstanceKey, request: DisclosureRequest) => Decision | Promise<Decision>;

/** What of an instance counts for a disclosure. Nothing said of `phi` is the most careful. */
export interface DisclosingInstance extends InstanceKey {
  phi?: boolean;
  testMode?: boolean;
}

export function disclosureOf(
  { testMode = false }: DisclosingInstance,
  { host, addresses, phi }: { host: string; addresses: readonly string[]; phi: boolean },
  { privateRanges }: Pick<AddressRules, "privateRanges">,
): DisclosureRequest {
  return { host, phi, testMode, inOwnRange: isInRanges(addresses, privateRanges) };
}
