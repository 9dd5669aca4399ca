import { useState, type FormEvent } from "react";
import { problemAt } from "../../api/api-problem.ts";
import { useAct } from "../../api/use-api.ts";
import { Panel } from "../../look/panel.tsx";
import { PasswordField } from "../../look/password-field.tsx";
import { ApiProblemPanel } from "../../look/problem.tsx";
import { ActButton } from "../../shell/act-button.tsx";
import { NewPasswordField } from "../door/new-password.tsx";

export function PasswordPanel() {
  const change = useAct("changePassword", "Password changed; your other sessions ended");
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if ((await change.run({ body: { current, next } })) === undefined) return;
    setCurrent("");
    setNext("");
  };
  return (
    <Panel title="Password">
      <form className="stack md" onSubmit={(event) => void submit(event)}>
        {change.problem !== null && <ApiProblemPanel problem={change.problem} />}
        <PasswordField
          label="Current password"
          name="password"
          autoComplete="current-password"
          required
          value={current}
          error={problemAt(change.problem, "/current")}
          onChange={(event) => setCurrent(event.currentTarget.value)}
        />
        <NewPasswordField
          label="New password"
          value={next}
          onChange={setNext}
          error={problemAt(change.problem, "/next")}
        />
        <div className="row">
          <ActButton type="submit" running={change.running}>
            Change the password
          </ActButton>
          <span className="small dim">All your other sessions end.</span>
        </div>
      </form>
    </Panel>
  );
}
