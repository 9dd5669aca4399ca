/** Settings as hilum.json declares them. The secrets beside them are held by the host and never here. */
export interface ServerSettings {
  readonly [name: string]: unknown;
  readonly host: string;
  readonly port: number;
  readonly basePath: string;
  /** The destination of the same name signs in so. */
  readonly signIn: "client" | "bearer" | "basic" | "none";
}

/** The path of the FHIR API, without a slash at its end. */
export const baseOf = ({ basePath }: Pick<ServerSettings, "basePath">): string => basePath.replace(/\/$/, "");

/** The setting where a refused sign-in is mended. */
export const signInField: Readonly<Record<ServerSettings["signIn"], string>> = {
  client: "/clientSecret",
  bearer: "/accessToken",
  basic: "/password",
  none: "/signIn",
};
