import type { Disclosure } from "@hilum/contract/api";
import { isInRanges, type DecideDisclosure, type ResolveHost } from "@hilum/host";
import { decideDisclosure, vendorOf, type DisclosureDecision } from "@hilum/policy";
import type { VendorTable } from "./vendor-table.ts";

/** Whether patient data may leave to a host: as the host of plugins asks at each crossing, and as pages show it beforehand. */
export interface Disclosures {
  decide: DecideDisclosure;
  /** The same judgement before anybody sends. The name is looked up, to see whether it leads into the organisation's own network. */
  foresee(about: { host: string | undefined; phi: boolean; testMode: boolean }): Promise<Disclosure>;
}

type Parts = {
  table: Pick<VendorTable, "vendors">;
  privateRanges(): readonly { cidr: string }[];
  resolveHost: ResolveHost;
  now?: () => Date;
};

/** A page does not wait longer for a name; without an answer the host counts as one outside. */
const lookUpMs = 1500;
/** A look-up for a page is good for so long. */
const keptMs = 30_000;
const keptMax = 1000;

export function createDisclosures({ table, privateRanges, resolveHost, now = () => new Date() }: Parts): Disclosures {
  const kept = new Map<string, { addresses: Promise<readonly string[]>; untilMs: number }>();

  function addressesOf(host: string): Promise<readonly string[]> {
    const known = kept.get(host);
    if (known !== undefined && now().getTime() < known.untilMs) return known.addresses;
    const addresses = Promise.race([
      resolveHost(host).catch(() => []),
      new Promise<readonly string[]>((resolve) => setTimeout(resolve, lookUpMs, []).unref()),
    ]);
    if (kept.size >= keptMax) kept.clear();
    kept.set(host, { addresses, untilMs: now().getTime() + keptMs });
    return addresses;
  }

  return {
    decide(_key, { host, phi, testMode, inOwnRange }) {
      const decision = decideDisclosure({
        ...{ host, phi, testMode, inOwnRange },
        vendors: table.vendors(),
        now: now().getTime(),
      });
      if (decision.allow) return { allow: true };
      const { reason } = decision;
      return { allow: false, code: reason === "decision.failed" ? "policy.failed" : reason, reason };
    },
    async foresee({ host = "", phi, testMode }) {
      const ranges = privateRanges();
      const vendors = table.vendors();
      const inOwnRange = phi && host !== "" && ranges.length > 0 && isInRanges(await addressesOf(host), ranges);
      const decision = decideDisclosure({ phi, testMode, host, inOwnRange, vendors, now: now().getTime() });
      const vendor = vendorOf(host, vendors);
      return {
        ...presentDecision(decision),
        ...(vendor === undefined ? {} : { vendor: { id: vendor.id, name: vendor.name } }),
      };
    },
  };
}

function presentDecision(decision: DisclosureDecision): Disclosure {
  if (!decision.allow)
    return { allowed: false, because: decision.reason === "agreement.expired" ? "expired" : "missing" };
  const validUntil = decision.agreement?.validUntil;
  return { allowed: true, because: decision.because, ...(validUntil === undefined ? {} : { validUntil }) };
}
