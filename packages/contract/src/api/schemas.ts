/** Shapes that several nouns of the HTTP API share. Times are RFC 3339 UTC with milliseconds; sizes are bytes. */
import type { Static, TProperties } from "typebox";
import { Type } from "./type.ts";
import { causeClasses } from "../errors/cause-classes.ts";

export { causeClasses };

/** An object that refuses unknown members (threat 155: mass assignment). */
export const Strict = <P extends TProperties>(properties: P) =>
  Type.Object(properties, { additionalProperties: false });

export const Time = Type.String({ format: "date-time" });
export const PluginId = Type.String({ pattern: "^[a-z0-9]+(?:[-.][a-z0-9]+)*$", minLength: 3, maxLength: 128 });
export const InstanceId = Type.String({ pattern: "^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$", maxLength: 40 });
export const PluginParams = Strict({ plugin: PluginId });
/** Which instance of the plugin; `default` is the one that registration makes. */
export const InstanceQuery = Strict({ instance: Type.Optional(InstanceId) });
export const Reason = Type.String({ minLength: 3, maxLength: 500 });
export const Page = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
  cursor: Type.Optional(Type.String({ maxLength: 200 })),
};

export const CauseClass = Type.Enum(causeClasses);
export type CauseClass = Static<typeof CauseClass>;

/** One checked claim with its proof: a row of a setup check, a smoke test, a health check or the Enable gate. */
export const Evidence = Strict({
  id: Type.String(),
  title: Type.String(),
  status: Type.Enum(["passed", "failed", "warning", "skipped"]),
  durationMs: Type.Optional(Type.Number()),
  /** One sentence in the operator's words. */
  detail: Type.Optional(Type.String()),
  cause: Type.Optional(CauseClass),
  expected: Type.Optional(Type.String()),
  actual: Type.Optional(Type.String()),
  /** What to do now. */
  fix: Type.Optional(Type.String()),
  /** JSON pointer into the settings: where the fix is made. */
  field: Type.Optional(Type.String()),
  /** Console path where the fix is made, when it is not a field. */
  link: Type.Optional(Type.String()),
  /** The provider's own words, redacted. */
  reply: Type.Optional(Type.String()),
});
export type Evidence = Static<typeof Evidence>;

export const severities = ["critical", "error", "warning", "info"] as const;
/** An open problem of the whole system, derived from its state: the dashboard's "Needs attention". */
export const Repair = Strict({
  id: Type.String(),
  severity: Type.Enum(severities),
  title: Type.String(),
  why: Type.String(),
  fix: Type.String(),
  since: Time,
  link: Strict({ label: Type.String(), to: Type.String() }),
  plugin: Type.Optional(Type.String()),
  instance: Type.Optional(Type.String()),
  cause: Type.Optional(CauseClass),
  /** The wizard mends it: as a reconfiguration, or as a renewed sign-in. */
  mend: Type.Optional(Type.Enum(["reconfigure", "reauthenticate"])),
});
export type Repair = Static<typeof Repair>;

/** RFC 9457 problem document with our members. */
export const ProblemDocument = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String(),
  code: Type.String(),
  fix: Type.String(),
  requestId: Type.String(),
  problems: Type.Optional(
    Type.Array(
      Strict({
        pointer: Type.String(),
        message: Type.String(),
        line: Type.Optional(Type.Integer()),
        fix: Type.Optional(Type.String()),
      }),
    ),
  ),
});
export type ProblemDocument = Static<typeof ProblemDocument>;

export const Ok = Strict({ ok: Type.Literal(true) });
export const everyone = ["administrator", "operator", "auditor", "viewer"] as const;
export const operating = ["administrator", "operator"] as const;
export const administering = ["administrator"] as const;
export const auditing = ["administrator", "auditor"] as const;
