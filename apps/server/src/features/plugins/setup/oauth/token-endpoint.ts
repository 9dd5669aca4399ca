import type { InstanceKey } from "@hilum/store";
import type { PendingExchange } from "./authorization.ts";

/** Who asks a token endpoint: a client with its secret, or a public one. */
export interface TokenClient {
  id: string;
  secret?: string;
}

export interface TokenRequest {
  /** Step of the setup, for the receipt. */
  step: string;
  url: string;
  /** `net:https` scope that leads there. */
  scope: string;
  client: TokenClient;
  form: Record<string, string>;
  /** True while nothing of the setup is granted yet: a person tries it out. */
  trial: boolean;
}

/**
 * The host's own request to a token endpoint: through the pipeline, to an address that was judged, without redirects,
 * bounded in time and size. Throws catalogue errors for what brings no answer.
 */
export type AskTokenEndpoint = (key: InstanceKey, request: TokenRequest) => Promise<{ status: number; text: string }>;

/** The form of an exchange (RFC 6749 section 4.1.3, RFC 7636 section 4.5). */
export function exchangeForm({ redirectUri, verifier, clientId }: PendingExchange, code: string, secret: boolean) {
  return {
    grant_type: "authorization_code",
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
    ...(secret ? {} : { client_id: clientId }),
  };
}
