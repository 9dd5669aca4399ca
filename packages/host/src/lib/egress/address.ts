import ipaddr from "ipaddr.js";

/** Why an address is refused; stands in the audit log. */
export type AddressRefusal = "address.not_public" | "address.metadata" | "address.own" | "address.invalid";

export interface AddressRules {
  /** The administrator's own ranges. Only they open private, shared and loopback addresses. */
  privateRanges: readonly { cidr: string }[];
  /** Addresses of this machine's interfaces. */
  ownAddresses: readonly string[];
  /** Ports on which the platform itself listens. */
  ownPorts: readonly number[];
}

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Kinds of address that an administrator may open. Mapped, tunnelled, multicast, reserved and unspecified ones never are. */
const openable = new Set(["private", "loopback", "uniqueLocal", "carrierGradeNat", "linkLocal"]);

/** Cloud services that hand out credentials; the first is `unicast` to ipaddr.js (threat 86). */
const metadata = new Set([
  "168.63.129.16",
  "169.254.169.254",
  "169.254.170.2",
  "100.100.100.200",
  "192.0.0.192",
  "fd00:ec2::254",
  "fe80::a9fe:a9fe",
]);

/** ::/96, the deprecated IPv4-compatible addresses (RFC 4291 section 2.5.5.1), which ipaddr.js takes for unicast (threat 85). */
const compatible = ipaddr.IPv6.parseCIDR("::/96");

/**
 * Judges one resolved address: `undefined` when a tunnel may lead there. Only public unicast, unless the administrator's list
 * names the range; this machine and metadata services never (threats 84-86, 105, 107).
 */
export function refuseAddress(text: string, port: number, rules: AddressRules): AddressRefusal | undefined {
  // A zone id would pick an interface of the host.
  if (text.includes("%") || !ipaddr.isValid(text)) return "address.invalid";
  const address = ipaddr.parse(text);
  const normal = address.toString();
  if (metadata.has(normal)) return "address.metadata";
  const range = address.range();
  if (isOwn(address, rules) && (range !== "loopback" || rules.ownPorts.includes(port))) return "address.own";
  if (range === "unicast" && !isCompatible(address)) return undefined;
  return openable.has(range) && rules.privateRanges.some(({ cidr }) => isWithin(address, cidr))
    ? undefined
    : "address.not_public";
}

/** The same address written in one way, so that two spellings compare equal; `undefined` for what is no address. */
export function normalAddress(text: string): string | undefined {
  return ipaddr.isValid(text) ? ipaddr.parse(text).toString() : undefined;
}

/** True when there are addresses and each is in one of the ranges. */
export const isInRanges = (addresses: readonly string[], ranges: readonly { cidr: string }[]): boolean =>
  addresses.length > 0 &&
  addresses.every((text) => ipaddr.isValid(text) && ranges.some(({ cidr }) => isWithin(ipaddr.parse(text), cidr)));

const isCompatible = (address: Address): boolean => address instanceof ipaddr.IPv6 && address.match(compatible);

const isOwn = (address: Address, rules: AddressRules): boolean =>
  address.range() === "loopback" || rules.ownAddresses.some((own) => normalAddress(own) === address.toString());

function isWithin(address: Address, cidr: string): boolean {
  if (!ipaddr.isValidCIDR(cidr)) return false;
  const [network, bits] = ipaddr.parseCIDR(cidr);
  return network.kind() === address.kind() && address.match(network, bits);
}
