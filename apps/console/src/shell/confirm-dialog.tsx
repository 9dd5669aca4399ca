import { Textarea } from "@mantine/core";
import { useState, type ReactNode } from "react";
import type { ApiProblem } from "../api/api-problem.ts";
import { FormDialog } from "./form-dialog.tsx";

interface ConfirmDialogProps {
  /** Names the object: "Remove SMTP e-mail?" */
  title: string;
  /** What happens, to how many, and how to undo it. */
  children: ReactNode;
  confirm: string;
  danger?: boolean;
  reason?: "required" | "optional";
  reasonLabel?: string;
  running: boolean;
  problem: ApiProblem | null;
  onConfirm(reason: string): void;
  onClose(): void;
}

const reasonCharactersMin = 3;

/** Asks before an act whose effect is not obvious or not easily undone. */
export function ConfirmDialog({
  title,
  children,
  confirm,
  danger = false,
  reason,
  reasonLabel,
  running,
  problem,
  onConfirm,
  onClose,
}: ConfirmDialogProps) {
  const [text, setText] = useState("");
  const [tried, setTried] = useState(false);
  const short = reason === "required" && text.trim().length < reasonCharactersMin;
  const submit = (): void => {
    setTried(true);
    if (!short) onConfirm(text.trim());
  };
  return (
    <FormDialog
      {...{ title, danger, running, problem, onClose }}
      submit={confirm}
      focusSubmit={reason === undefined}
      onSubmit={submit}
    >
      <div className="prose">{children}</div>
      {reason !== undefined && (
        <Textarea
          label={reasonLabel ?? "Reason"}
          description={
            reason === "required"
              ? "Goes into the audit log. At least 3 characters; no patient data."
              : "Goes into the audit log if given; no patient data."
          }
          required={reason === "required"}
          rows={2}
          maxLength={500}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          error={tried && short ? "Write at least 3 characters." : undefined}
          data-autofocus
        />
      )}
    </FormDialog>
  );
}
