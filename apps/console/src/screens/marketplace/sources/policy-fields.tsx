import type { SourcePolicy } from "@hilum/contract/api";
import { Checkbox, NumberInput, Textarea } from "@mantine/core";
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
      <LogFields log={policy.log ?? noDemands} onChange={(log) => onChange({ ...policy, log })} />
    </>
  );
}

type LogPolicy = NonNullable<SourcePolicy["log"]>;
const noDemands: LogPolicy = { required: false, witnesses: [], threshold: 0 };

/** What is asked of the source's log of packages. */
function LogFields({ log, onChange }: { log: LogPolicy; onChange(log: LogPolicy): void }) {
  return (
    <>
      <Checkbox
        label="Take it only with a log of its packages"
        description="So that it cannot show this hospital other packages than the rest."
        checked={log.required}
        onChange={(event) => onChange({ ...log, required: event.currentTarget.checked })}
      />
      <Textarea
        label="Witnesses of its log"
        description="One key a line, as hilum witness key prints it. Empty: nobody is asked."
        autosize
        minRows={2}
        spellCheck={false}
        value={log.witnesses.join("\n")}
        onChange={(event) => onChange({ ...log, witnesses: event.currentTarget.value.split("\n") })}
      />
      <NumberInput
        label="How many of them must have seen it"
        min={0}
        max={16}
        clampBehavior="strict"
        allowDecimal={false}
        w={300}
        value={log.threshold}
        onChange={(threshold) => onChange({ ...log, threshold: Number(threshold) || 0 })}
      />
    </>
  );
}

/** As it is sent: names without the empty lines that were typed between them. */
export function tidyPolicy({ log = noDemands, ...policy }: SourcePolicy): SourcePolicy {
  const witnesses = tidyLines(log.witnesses);
  const asks = log.required || witnesses.length > 0 || log.threshold > 0;
  return {
    ...{ ...policy, publishers: tidyLines(policy.publishers) },
    ...(asks ? { log: { ...log, witnesses } } : {}),
  };
}

const tidyLines = (lines: readonly string[]): string[] =>
  lines.map((line) => line.trim()).filter((line) => line !== "");

/** The policy as one sentence. */
export function policySaid({ coolingOffDays, whenRevoked, publishers, log = noDemands }: SourcePolicy): string {
  const wait =
    coolingOffDays === 0
      ? "New versions are offered at once"
      : `New versions are offered after ${coolingOffDays} ${coolingOffDays === 1 ? "day" : "days"}`;
  const revoked = whenRevoked === "stop" ? "what is taken back is stopped" : "what is taken back is only said";
  const who = publishers.length === 0 ? "" : ` Only from ${publishers.join(", ")}.`;
  const logged = log.required ? " Only with a log of its packages." : "";
  const seen = log.threshold > 0 ? ` ${log.threshold} of ${log.witnesses.length} witnesses must have seen it.` : "";
  return `${wait}; ${revoked}.${who}${logged}${seen}`;
}
