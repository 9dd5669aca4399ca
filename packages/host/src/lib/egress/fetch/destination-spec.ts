import { isScope, parseScope } from "@hilum/contract";
import type * as wire from "@hilum/contract/wire";
import { parseTarget, type Target } from "../target.ts";

/** A secret where the host puts it into a request. It exists in this process alone. */
export type Credential =
  | { type: "basic"; username: string; password: string }
  | { type: "bearer"; token: string }
  | { type: "header"; name: string; value: string };

/** A destination of one instance, filled in from its settings. */
export interface DestinationSpec extends wire.RequestRules {
  /** Resolved, `net:https://api.example.org:443`; absent while a setting that it names is missing. */
  scope?: string;
  /** Whether patient data may go there, as far as the manifest says. */
  phi: boolean;
  timeoutMs: number;
  responseBytesMax: number;
  /** Gives the secret at the moment of a request, or throws why there is none. Absent: nothing is added. */
  credential?(): Credential | Promise<Credential>;
  /** The destination answered 401: the secret that it was shown is of no use any more. */
  credentialRefused?(): void;
}

export type PlannedRequest = wire.PlannedRequest<DestinationSpec, Target>;
export type Plan = wire.Plan<DestinationSpec, Target>;

/** Where the destination leads, or undefined while that is not known or is no host. */
export function targetOf({ scope }: DestinationSpec): Target | undefined {
  const parsed = scope === undefined ? undefined : parseScope(scope);
  if (parsed === undefined || !isScope(parsed) || parsed.kind !== "net" || parsed.protocol !== "https")
    return undefined;
  return parseTarget(`${parsed.host}:${parsed.port}`);
}
