/** Settings as hilum.json declares them. The secrets beside them are held by the host and never here. */
export interface TwilioSettings {
  readonly [name: string]: unknown;
  readonly signIn: "token" | "key";
  readonly accountSid: string;
  readonly keySid?: string;
  /** A number, a short code, a name, or a Messaging Service's SID. Missing while the setup has not asked for it. */
  readonly from?: string;
  readonly segmentsMax: number;
  readonly receipts: boolean;
  readonly apiHost: string;
}

export const isService = (from: string): boolean => /^MG[0-9a-fA-F]{32}$/.test(from);
export const isNumber = (from: string): boolean => /^\+[1-9]\d{6,14}$/.test(from);
