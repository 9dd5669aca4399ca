import type { SourcePolicy } from "@hilum/contract/api";
import { NumberInput, Textarea } from "@mantine/core";
import { Choice } from "../../../look/choice.tsx";

interface PolicyFieldsProps {
  policy: SourcePolicy;
  onChange(policy: SourcePolicy): void;
}

export const coolingOffDaysMax = 90;
export const usualPolicy: SourcePolicy = { coolingOffDays: 7, whenRevoked: "stop", publishers: [] };

/** How far a source is trusted. */
export function PolicyFields({ policy, onChange }: PolicyFieldsProps) {
  return (
    <>
      <NumberInput
        label="Days until a new version is offered as an update"
        description="Others find its faults first. A version that mends a weakness does not wait."
        min={0}
        max={coolingOffDaysMax}
        clampBehavior="strict"
        allowDecimal={false}
        w={300}
        value={policy.coolingOffDays}
        onChange={(days) => onChange({ ...policy, coolingOffDays: Number(days) || 0 })}
      />
      <fieldset className="stack sm">
        <legend className="strong">When a publisher takes an installed version back</legend>
        <Choice
          name="when-revoked"
          title="Stop it at once"
          text="It is not started any more, and a repair says what to do."
          checked={policy.whenRevoked === "stop"}
          onChoose={() => onChange({ ...policy, whenRevoked: "stop" })}
        />
        <Choice
          name="when-revoked"
          title="Only say so"
          text="It goes on until somebody decides."
          checked={policy.whenRevoked === "warn"}
          onChoose={() => onChange({ ...policy, whenRevoked: "warn" })}
        />
      </fieldset>
      <Textarea
        label="Only these publishers"
        description="One name a line, as com.example. Empty: all that this source lets sign."
        autosize
        minRows={2}
        spellCheck={false}
        value={policy.publishers.join("\n")}
        onChange={(event) => onChange({ ...policy, publishers: event.currentTarget.value.split("\n") })}
      />
    </>
  );
}

/** As it is sent: names without the empty lines that were typed between them. */
export const tidyPolicy = (policy: SourcePolicy): SourcePolicy => ({
  ...policy,
  publishers: policy.publishers.map((name) => name.trim()).filter((name) => name !== ""),
});

/** The policy as one sentence. */
export function policySaid({ coolingOffDays, whenRevoked, publishers }: SourcePolicy): string {
  const wait =
    coolingOffDays === 0
      ? "New versions are offered at once"
      : `New versions are offered after ${coolingOffDays} ${coolingOffDays === 1 ? "day" : "days"}`;
  const revoked = whenRevoked === "stop" ? "what is taken back is stopped" : "what is taken back is only said";
  const who = publishers.length === 0 ? "" : ` Only from ${publishers.join(", ")}.`;
  return `${wait}; ${revoked}.${who}`;
}
