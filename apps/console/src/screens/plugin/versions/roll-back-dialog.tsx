import type { PluginVersions } from "@hilum/contract/api";
import { useAct } from "../../../api/use-api.ts";
import { ConfirmDialog } from "../../../shell/confirm-dialog.tsx";
import { useGo } from "../../../shell/go.tsx";

interface RollBackDialogProps {
  plugin: string;
  kept: PluginVersions["kept"][number];
  now: string | undefined;
  onClose(): void;
}

export function RollBackDialog({ plugin, kept, now, onClose }: RollBackDialogProps) {
  const go = useGo();
  const rollBack = useAct("rollBackPlugin");
  const confirm = async (reason: string): Promise<void> => {
    const job = await rollBack.run({ params: { plugin }, body: { digest: kept.digest, reason } });
    if (job !== undefined) go(`/marketplace/installs/${job.id}`);
  };
  return (
    <ConfirmDialog
      title={`Roll back to ${kept.version}?`}
      confirm={`Roll back to ${kept.version}`}
      reason="required"
      running={rollBack.running}
      problem={rollBack.problem}
      onClose={onClose}
      onConfirm={(reason) => void confirm(reason)}
    >
      {now === undefined ? "What runs" : `Version ${now}`} is drained, and {kept.version} starts from the bytes that are
      kept and checked again. Settings and rights stay; what {kept.version} does not ask for is taken from it. You can
      go forward again at any time.
    </ConfirmDialog>
  );
}
