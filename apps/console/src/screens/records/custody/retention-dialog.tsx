import type { RetentionRule } from "@hilum/contract/api";
import { NumberInput, Textarea } from "@mantine/core";
import { useState } from "react";
import { useAct } from "../../../api/use-api.ts";
import { Choice } from "../../../look/choice.tsx";
import { ActButton } from "../../../shell/act-button.tsx";
import { FormDialog } from "../../../shell/form-dialog.tsx";
import { useFaults } from "../../../shell/use-faults.ts";
import { day, many } from "../../../text/format.ts";

const reasonMin = 3;
const daysMax = 36_500;

/** Sets how long old versions of a type are kept, after telling how many would go. */
export function RetentionDialog({ rule, onClose }: { rule: RetentionRule; onClose(): void }) {
  const { type, label, keepDays } = rule;
  const set = useAct("setRetention", "The rule is set");
  const preview = useAct("previewPurge", undefined, { refresh: false });
  const [limited, setLimited] = useState(keepDays !== undefined);
  const [days, setDays] = useState<number | "">(keepDays ?? 3650);
  const [reason, setReason] = useState("");
  const [counted, setCounted] = useState<Awaited<ReturnType<typeof preview.run>>>();
  const faults = {
    days: limited && (days === "" || days < 1 || days > daysMax) ? `Write days from 1 to ${daysMax}.` : undefined,
    reason: reason.trim().length < reasonMin ? `Write at least ${reasonMin} characters.` : undefined,
  };
  const { shown, passes } = useFaults("retention", faults);
  const submit = async (): Promise<void> => {
    if (!passes()) return;
    const saved = await set.run({
      params: { type },
      body: { reason: reason.trim(), ...(limited && days !== "" && { keepDays: days }) },
    });
    if (saved !== undefined) onClose();
  };
  return (
    <FormDialog
      title={`Retention of ${label.toLowerCase()}`}
      size={560}
      submit="Set the rule"
      may={set.may}
      running={set.running}
      problem={set.problem ?? preview.problem}
      onSubmit={submit}
      onClose={onClose}
    >
      <fieldset className="stack sm">
        <legend>Versions that were replaced or deleted</legend>
        <Choice
          name="retention"
          title="Are kept"
          text="Nothing goes by itself or by a purge."
          checked={!limited}
          onChoose={() => setLimited(false)}
        />
        <Choice
          name="retention"
          title="Go after a while"
          text="A purge removes them once the time is over. A legal hold keeps them all the same."
          checked={limited}
          onChoose={() => setLimited(true)}
        />
      </fieldset>
      {limited && (
        <div className="stack sm">
          <NumberInput
            id="retention-days"
            label="Days"
            required
            hideControls
            allowDecimal={false}
            allowNegative={false}
            w={160}
            value={days}
            error={shown.days}
            onChange={(value) => {
              setCounted(undefined);
              setDays(typeof value === "number" ? value : value === "" ? "" : Number(value));
            }}
          />
          <div className="row">
            <ActButton
              size="compact-sm"
              may={preview.may}
              running={preview.running}
              blocked={faults.days}
              onClick={() =>
                void preview
                  .run({ params: { type }, body: { keepDays: days === "" ? 1 : days } })
                  .then((answer) => setCounted(answer))
              }
            >
              Count what would go
            </ActButton>
            <span role="status">
              {counted !== undefined &&
                `${counted.more ? "More than " : ""}${many(counted.versions, "version")} from before ${day(counted.endedBefore)}.`}
            </span>
          </div>
        </div>
      )}
      <Textarea
        id="retention-reason"
        label="Reason"
        description="Goes into the audit log: the law or the rule of the house. At least 3 characters; no patient data."
        required
        rows={2}
        maxLength={500}
        value={reason}
        error={shown.reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
