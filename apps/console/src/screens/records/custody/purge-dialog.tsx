import type { RetentionRule } from "@hilum/contract/api";
import { useEffect, useRef, useState } from "react";
import { useAct } from "../../../api/use-api.ts";
import { ConfirmDialog } from "../../../shell/confirm-dialog.tsx";
import { day, many } from "../../../text/format.ts";

/** Counts first what a purge removes, then removes it. */
export function PurgeDialog({
  rule: { type, label, keepDays = 1 },
  onClose,
}: {
  rule: RetentionRule;
  onClose(): void;
}) {
  const { run: count, problem: uncounted } = useAct("previewPurge", undefined, { refresh: false });
  const purge = useAct("purgeRecords", ({ versions }) => `Purged: ${many(versions, "version")}`);
  const [counted, setCounted] = useState<Awaited<ReturnType<typeof count>>>();
  const asked = useRef(false);
  useEffect(() => {
    if (asked.current) return;
    asked.current = true;
    void count({ params: { type }, body: { keepDays } }).then(setCounted);
  }, [count, type, keepDays]);
  return (
    <ConfirmDialog
      title={`Purge ${label.toLowerCase()}?`}
      confirm="Purge"
      danger
      reason="required"
      running={purge.running}
      problem={purge.problem ?? uncounted}
      onClose={onClose}
      onConfirm={(reason) =>
        void purge.run({ params: { type }, body: { reason } }).then((done) => {
          if (done !== undefined) onClose();
        })
      }
    >
      <span role="status">
        {counted === undefined
          ? "Counting what would go…"
          : `${counted.more ? "More than " : ""}${many(counted.versions, "version")} that ended before ${day(counted.endedBefore)} ${counted.versions === 1 ? "goes" : "go"} for good.`}
      </span>{" "}
      Current records and what is under a legal hold stay.
    </ConfirmDialog>
  );
}
