import { HilumError, type Context } from "@hilum/contract";
import type { PlatformSettings } from "@hilum/contract/api";
import type { Platform, PlatformRow } from "@hilum/store";
import { X509Certificate } from "node:crypto";
import ipaddr from "ipaddr.js";

export const defaultSettings: PlatformSettings = {
  organisation: "My organisation",
  environment: "test",
  localRegistration: true,
  privateRanges: [],
};

export interface PlatformSettingsService {
  /** As of the last read or save in this process: for decisions that cannot wait. */
  current(): PlatformSettings;
  read(): Promise<PlatformRow>;
  save(context: Context, settings: PlatformSettings, revision: number): Promise<PlatformRow>;
  /** Told after each save and after each change found by `read`. */
  onChange(listener: (settings: PlatformSettings) => void): void;
}

export async function createPlatformSettings(platform: Platform): Promise<PlatformSettingsService> {
  let row = await platform.settings(defaultSettings);
  const listeners: ((settings: PlatformSettings) => void)[] = [];
  const take = (next: PlatformRow): PlatformRow => {
    const changed = next.revision !== row.revision;
    row = next;
    if (changed) for (const listener of listeners) listener(row.settings);
    return row;
  };
  return {
    current: () => row.settings,
    read: async () => take(await platform.settings(defaultSettings)),
    async save(context, settings, revision) {
      refuseBadRanges(settings);
      refuseBadAuthorities(settings);
      return take(
        await platform.saveSettings(settings, revision, { at: context.now().toISOString(), by: context.actor.id }),
      );
    },
    onChange: (listener) => void listeners.push(listener),
  };
}

/** A certificate that may sign others, whole and in PEM: any other would be trusted for nothing, or for more than was meant. */
function refuseBadAuthorities({ authorities = [] }: PlatformSettings): void {
  const problems = authorities.flatMap((pem, at) => {
    const fault = authorityFault(pem);
    return fault === undefined
      ? []
      : [
          {
            pointer: `/settings/authorities/${at}`,
            message: `This ${fault}.`,
            fix: "Paste one certificate of an authority, from BEGIN CERTIFICATE to END CERTIFICATE.",
          },
        ];
  });
  if (problems.length > 0) throw new HilumError("request.invalid", { detail: problems[0]?.message ?? "", problems });
}

function authorityFault(pem: string): string | undefined {
  if (pem.split("-----BEGIN").length !== 2) return "is not one certificate";
  try {
    const { ca, validToDate } = new X509Certificate(pem);
    if (!ca) return "certificate is not of an authority";
    return validToDate.getTime() < Date.now() ? "certificate has expired" : undefined;
  } catch {
    return "is not a certificate";
  }
}

/** A range is written canonically, and is never the whole of an address family. */
function refuseBadRanges({ privateRanges }: PlatformSettings): void {
  const problems = privateRanges.flatMap(({ cidr }, at) => {
    const fault = rangeFault(cidr);
    return fault === undefined
      ? []
      : [
          {
            pointer: `/settings/privateRanges/${at}/cidr`,
            message: `\`${cidr}\` ${fault}.`,
            fix: "Write it like 10.20.0.0/16, as narrow as possible.",
          },
        ];
  });
  if (problems.length > 0) throw new HilumError("request.invalid", { detail: problems[0]?.message ?? "", problems });
}

function rangeFault(cidr: string): string | undefined {
  if (!ipaddr.isValidCIDR(cidr)) return "is not an address range";
  const [address, bits] = ipaddr.parseCIDR(cidr);
  const floor = address.kind() === "ipv4" ? 8 : 16;
  if (bits < floor) return `is wider than /${floor}`;
  return undefined;
}
