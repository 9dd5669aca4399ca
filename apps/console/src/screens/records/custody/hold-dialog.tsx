import type { GlassTarget } from "@hilum/contract/api";
import { useAct } from "../../../api/use-api.ts";
import { ConfirmDialog } from "../../../shell/confirm-dialog.tsx";
import { many } from "../../../text/format.ts";

interface HoldDialogProps {
  target: GlassTarget;
  /** Masked. */
  title: string;
  lift?: boolean;
  onClose(): void;
}

/** Puts a record, or all about a patient, under a legal hold, or lifts it. */
export function HoldDialog({ target, title, lift = false, onClose }: HoldDialogProps) {
  const set = useAct("setHold", ({ records }) => `${many(records, "record")} under a legal hold`);
  const free = useAct("liftHold", ({ records }) => `The hold on ${many(records, "record")} is lifted`);
  const act = lift ? free : set;
  const whole = "patient" in target;
  return (
    <ConfirmDialog
      title={lift ? `Lift the legal hold on ${title}?` : `Put ${title} under a legal hold?`}
      confirm={lift ? "Lift the hold" : "Put under hold"}
      reason="required"
      running={act.running}
      problem={act.problem}
      onClose={onClose}
      onConfirm={(reason) =>
        void act.run({ body: { target, reason } }).then((answer) => {
          if (answer !== undefined) onClose();
        })
      }
    >
      {lift
        ? "From then on its old versions go when their retention says so, and it can be deleted and destroyed again."
        : `Nothing of ${whole ? "this patient" : "this record"} can be deleted, purged or destroyed until an administrator lifts the hold. Reading and changing go on, and every version is kept.`}
    </ConfirmDialog>
  );
}
