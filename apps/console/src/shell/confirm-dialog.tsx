import { Button, Textarea } from "@mantine/core";
import { useState, type FormEvent, type ReactNode } from "react";
import type { ApiProblem } from "../api/api-problem.ts";
import { ApiProblemPanel } from "../look/problem.tsx";
import { ActButton } from "./act-button.tsx";
import { Dialog } from "./dialog.tsx";

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
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    // React carries the event on to a form that the dialog was opened from, which must not be submitted with it.
    event.stopPropagation();
    setTried(true);
    if (!short) onConfirm(text.trim());
  };
  return (
    <Dialog onClose={onClose} title={title}>
      <form className="stack md" onSubmit={submit} noValidate>
        {problem !== null && <ApiProblemPanel problem={problem} />}
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
        <div className="row end">
          <Button onClick={onClose}>Cancel</Button>
          <ActButton
            type="submit"
            variant="filled"
            color={danger ? "bad" : ""}
            running={running}
            autoFocus={reason === undefined}
          >
            {confirm}
          </ActButton>
        </div>
      </form>
    </Dialog>
  );
}
