import type { RecordPage, RecordVersion } from "@hilum/contract/api";
import { useAct } from "../../../api/use-api.ts";
import { ConfirmDialog } from "../../../shell/confirm-dialog.tsx";
import { useGo } from "../../../shell/go.tsx";
import { recordPath } from "../record-words.ts";

interface RestoreDialogProps {
  page: RecordPage;
  version: RecordVersion;
  onClose(): void;
}

export function RestoreDialog({ page: { record, newest }, version: { version }, onClose }: RestoreDialogProps) {
  const { type, id } = record;
  const go = useGo();
  const restore = useAct(
    "restoreRecordVersion",
    (answer) => `Version ${version} is the current one again, as version ${answer.version}`,
  );
  const submit = async (reason: string): Promise<void> => {
    const done = await restore.run({ params: { type, id }, body: { version, expected: newest, reason } });
    if (done === undefined) return;
    onClose();
    go(recordPath({ type, id }));
  };
  return (
    <ConfirmDialog
      title={`Restore version ${version}?`}
      confirm="Restore"
      reason="required"
      running={restore.running}
      problem={restore.problem}
      onClose={onClose}
      onConfirm={(reason) => void submit(reason)}
    >
      What version {version} says becomes the current record again, as version {newest + 1}. No version is lost: version{" "}
      {newest} stays and can be restored the same way.
    </ConfirmDialog>
  );
}
