import type { Repair } from "@hilum/contract/api";
import { NativeSelect } from "@mantine/core";
import { useState } from "react";
import { useAct } from "../../api/use-api.ts";
import { ConfirmDialog } from "../../shell/confirm-dialog.tsx";
import { day } from "../../text/format.ts";

const choices = [
  ["1", "One day"],
  ["3", "Three days"],
  ["7", "One week"],
  ["30", "30 days"],
  ["90", "90 days"],
] as const;

/** Puts a problem off until a day, with a reason that stays beside it and in the audit log. */
export function SnoozeDialog({ repair, onClose }: { repair: Repair; onClose(): void }) {
  const snooze = useAct("snoozeRepair", "Put off");
  const [days, setDays] = useState("7");
  const [now] = useState(() => Date.now());
  const until = new Date(now + Number(days) * 86_400_000);
  const confirm = async (reason: string): Promise<void> => {
    const done = await snooze.run({
      params: { repair: repair.id },
      body: { until: until.toISOString(), reason },
    });
    if (done !== undefined) onClose();
  };
  return (
    <ConfirmDialog
      title={`Put off “${repair.title}”?`}
      confirm="Put it off"
      reason="required"
      running={snooze.running}
      problem={snooze.problem}
      onClose={onClose}
      onConfirm={(reason) => void confirm(reason)}
    >
      <NativeSelect
        label="For how long"
        data={choices.map(([value, label]) => ({ value, label }))}
        value={days}
        onChange={(event) => setDays(event.currentTarget.value)}
      />
      <p style={{ marginTop: 10 }}>
        The problem stays as it is. It is shown again on {day(until)}, or earlier when it gets worse. Show it again at
        any time under Repairs.
      </p>
    </ConfirmDialog>
  );
}
