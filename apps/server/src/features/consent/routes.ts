import type { Handlers } from "../../http/request.ts";
import { presentConsentDecision, type Consents } from "./consents.ts";

export function createConsentHandlers({ consents }: { consents: Consents }): Pick<Handlers, "checkConsent"> {
  return {
    async checkConsent(context, { params, body }) {
      const label = body.part2 === true ? { meta: { security: [{ code: "part2" }] } } : {};
      const record = { type: "Communication", patients: [params.patient], resource: label };
      const [decision] = await consents.decide({ crossing: "send", purpose: body.purpose }, [record], context.now());
      return {
        status: 200,
        body: presentConsentDecision(decision ?? { allow: false, reason: "decision.failed" }),
      };
    },
  };
}
