import { parseProviderAddress, settingsOfAddress, type SetupStep } from "@hilum/contract";

/** Settings that are part of the addresses of a sign-in. */
export function addressesOf({ authorizeUrl = "", tokenUrl = "" }: SetupStep): string[] {
  return [authorizeUrl, tokenUrl].flatMap((text) => {
    const address = parseProviderAddress(text);
    return address === undefined ? [] : settingsOfAddress(address);
  });
}
