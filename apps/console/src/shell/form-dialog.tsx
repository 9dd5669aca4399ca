import { Button } from "@mantine/core";
import type { FormEvent, ReactNode } from "react";
import type { ApiProblem } from "../api/api-problem.ts";
import type { MayDecision } from "../api/operation-facts.ts";
import { ApiProblemPanel } from "../look/problem.tsx";
import { ActButton } from "./act-button.tsx";
import { Dialog } from "./dialog.tsx";

interface FormDialogProps {
  /** Names the act and its object. */
  title: string;
  size?: number;
  /** What the button says. */
  submit: string;
  icon?: ReactNode;
  danger?: boolean;
  may?: MayDecision;
  running: boolean;
  problem: ApiProblem | null;
  /** Stands before the buttons. */
  beside?: ReactNode;
  /** Where nothing else in it takes the focus. */
  focusSubmit?: boolean;
  onSubmit(): unknown;
  onClose(): void;
  children: ReactNode;
}

/** A dialog that is filled in and sent off: what refused it stands above, Cancel and the act below. */
export function FormDialog(props: FormDialogProps) {
  const { title, size, submit, icon, danger = false, may, running, problem, beside, focusSubmit = false } = props;
  const send = (event: FormEvent): void => {
    event.preventDefault();
    // React carries the event on to a form that the dialog was opened from, which must not be submitted with it.
    event.stopPropagation();
    void props.onSubmit();
  };
  return (
    <Dialog onClose={props.onClose} title={title} {...(size !== undefined && { size })}>
      <form className="stack md" onSubmit={send} noValidate>
        {problem !== null && <ApiProblemPanel problem={problem} />}
        {props.children}
        <div className="row end">
          {beside}
          <Button onClick={props.onClose}>Cancel</Button>
          <ActButton
            type="submit"
            variant="filled"
            color={danger ? "bad" : ""}
            running={running}
            autoFocus={focusSubmit}
            leftSection={icon}
            {...(may !== undefined && { may })}
          >
            {submit}
          </ActButton>
        </div>
      </form>
    </Dialog>
  );
}
