import { Button, PasswordInput } from "@mantine/core";
import { useEffect, useState, type FormEvent } from "react";
import { isApiProblem, type ApiProblem } from "../api/api-problem.ts";
import { call } from "../api/call.ts";
import { session } from "../api/session-events.ts";
import { ApiProblemPanel } from "../look/problem.tsx";
import { ActButton } from "../shell/act-button.tsx";
import { Dialog } from "../shell/dialog.tsx";

/** Asks for the password once more before a weighty act; the act is then done as it was asked for. */
export function StepUpDialog() {
  const [open, setOpen] = useState(false);
  useEffect(() => session.onStepUp(setOpen), []);
  return open ? <StepUpForm /> : null;
}

function StepUpForm() {
  const [password, setPassword] = useState("");
  const [running, setRunning] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    event.stopPropagation();
    setRunning(true);
    try {
      await call("stepUp", { body: { password } });
      session.answerStepUp(true);
    } catch (refusal) {
      if (!isApiProblem(refusal)) throw refusal;
      setProblem(refusal);
      setRunning(false);
    }
  };
  return (
    <Dialog onClose={() => session.answerStepUp(false)} title="Confirm that it is you" size={440} zIndex={500}>
      <form className="stack md" onSubmit={(event) => void submit(event)}>
        <p className="dim">This act needs your password once more. You will not be asked again for five minutes.</p>
        {problem !== null && <ApiProblemPanel problem={problem} />}
        <PasswordInput
          label="Password"
          name="password"
          autoComplete="current-password"
          required
          data-autofocus
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={{ "aria-label": "Show password", tabIndex: 0 }}
        />
        <div className="row end">
          <Button onClick={() => session.answerStepUp(false)}>Cancel</Button>
          <ActButton type="submit" variant="filled" running={running}>
            Confirm
          </ActButton>
        </div>
      </form>
    </Dialog>
  );
}
