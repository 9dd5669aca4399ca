import { isHilumError, type ErrorCode } from "@hilum/contract";
import type { Evidence } from "@hilum/contract/api";
import { redactRows } from "../redact-rows.ts";

const row = { id: "sign-in", title: "The sign-in at the provider" } as const;

export interface RefusedSignIn {
  /** `error` of the provider (RFC 6749 sections 4.1.2.1 and 5.2), or what was wrong with its answer. */
  error: string;
  description?: string | undefined;
  clientIdField?: string;
  clientSecretField?: string;
}

type Told = Pick<Evidence, "cause" | "detail" | "fix" | "field">;

/** A refusal of the provider, in words somebody can act on, with the provider's own beside them. */
export function describeRefusal(refused: RefusedSignIn, secrets: readonly string[]): Evidence {
  const { error, description } = refused;
  const reply = [error, description].filter((text) => text !== undefined && text !== "").join(": ");
  const [told] = redactRows([{ ...row, status: "failed", ...tell(refused), reply: reply.slice(0, 600) }], secrets);
  return told ?? { ...row, status: "failed" };
}

function tell({ error, clientIdField, clientSecretField }: RefusedSignIn): Told {
  switch (error) {
    case "access_denied":
    case "consent_required":
    case "interaction_required":
    case "login_required":
      return {
        cause: "wrong_credential",
        detail: "Whoever was asked at the provider did not allow it.",
        fix: "Open the provider again and allow what is asked for, with an account that may.",
      };
    case "invalid_client":
    case "unauthorized_client":
      return {
        cause: "wrong_credential",
        detail: "The provider does not know this client, or its secret is another one.",
        fix: "Copy client id and client secret from the provider once more.",
        ...at(clientSecretField ?? clientIdField),
      };
    case "invalid_grant":
      return {
        cause: "wrong_credential",
        detail:
          "The provider does not exchange the code: it was used, has run out, or belongs to another redirect address.",
        fix: "Check that the redirect address shown here is the one registered at the provider, then open the provider again.",
      };
    case "invalid_scope":
      return {
        cause: "configuration",
        detail: "The provider does not give one of the permissions that the plugin asks for.",
        fix: "Allow these permissions for the client at the provider, then open the provider again.",
      };
    case "redirect_uri_mismatch":
    case "invalid_request":
      return {
        cause: "configuration",
        detail: "The provider does not accept the request.",
        fix: "Register the redirect address shown here at the provider, exactly as it stands, then open the provider again.",
        ...at(clientIdField),
      };
    case "server_error":
    case "temporarily_unavailable":
      return {
        cause: "provider_down",
        detail: "The provider has a problem of its own.",
        fix: "Look at its status page and open the provider again later.",
      };
    case "not_json":
    case "no_token":
    case "token_type":
    case "http_error":
      return {
        cause: "other",
        detail: "What answered at the token address is no token endpoint as Hilum knows it.",
        fix: "Check the settings that are part of the provider's address, then open the provider again.",
        ...at(clientIdField),
      };
    default:
      return {
        cause: "other",
        detail: "The provider ended the sign-in without giving a code.",
        fix: "Read its words, and open the provider again.",
      };
  }
}

const at = (field: string | undefined): { field?: string } => (field === undefined ? {} : { field });

const causes: Partial<Record<ErrorCode, Evidence["cause"]>> = {
  "oauth.issuer": "other",
  "provider.unreachable": "network",
  "provider.certificate": "certificate",
  "destination.not_public": "configuration",
  "policy.denied": "configuration",
};

/** What stopped the sign-in on this side. */
export function describeThrown(error: unknown): Evidence {
  const known = isHilumError(error) ? error : undefined;
  return {
    ...row,
    status: "failed",
    cause:
      (known === undefined ? undefined : causes[known.code]) ?? (known?.code.includes("timeout") ? "timeout" : "other"),
    detail: known?.detail === undefined ? "The sign-in could not be ended." : sentence(known.detail),
    fix: known?.spec.fix ?? "Open the provider again.",
  };
}

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/** The key is right and has less than the right that is needed. */
export function describeMissingScopes(missing: readonly string[]): Evidence {
  return {
    ...row,
    status: "warning",
    cause: "wrong_credential",
    detail: `The provider granted less than was asked for. Missing: ${missing.join(", ")}.`,
    fix: "Open the provider again and allow all of it, with an account that may; else some of the checks will fail.",
  };
}
