/** Settings as hilum.json declares them. */
export interface SmtpSettings {
  readonly [name: string]: unknown;
  readonly host: string;
  readonly port: number;
  readonly security: "starttls" | "tls" | "none";
  readonly ca?: string;
  readonly hello?: string;
  readonly signIn?: boolean;
  readonly username?: string;
  readonly password?: string;
  readonly from: string;
  readonly fromName?: string;
}
