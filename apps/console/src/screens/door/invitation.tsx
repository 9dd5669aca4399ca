import { TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, type FormEvent } from "react";
import { problemAt } from "../../api/api-problem.ts";
import { useAct } from "../../api/use-api.ts";
import { ApiProblemPanel } from "../../look/problem.tsx";
import { ActButton } from "../../shell/act-button.tsx";
import { useGo } from "../../shell/go.tsx";
import { Door } from "./door.tsx";
import { NewPasswordField } from "./new-password.tsx";

/** Where the one-time link of an administrator leads: the person chooses a password and is in. */
export function InvitationScreen() {
  const accept = useAct("acceptInvitation");
  const client = useQueryClient();
  const go = useGo();
  // The code travels behind the `#`, which no server and no log sees; it leaves the address, and so the history, at once.
  const [code, setCode] = useState(() => decodeURIComponent(location.hash.slice(1)));
  useEffect(() => history.replaceState(history.state, "", location.pathname), []);
  const [password, setPassword] = useState("");
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const answer = await accept.run({ body: { code: code.trim(), password } });
    if (answer === undefined) return;
    client.removeQueries({ queryKey: ["getAccount"] });
    go(answer.state === "signed_in" ? "/account" : "/sign-in");
  };
  return (
    <Door title="Welcome to Hilum" lead="Choose a password. The link you were given works once and for 72 hours.">
      <form className="stack md" onSubmit={(event) => void submit(event)}>
        {accept.problem !== null && <ApiProblemPanel problem={accept.problem} />}
        <TextInput
          label="One-time code"
          description="Filled in when you open the link."
          required
          autoComplete="off"
          spellCheck={false}
          value={code}
          error={problemAt(accept.problem, "/code")}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        <NewPasswordField value={password} onChange={setPassword} error={problemAt(accept.problem, "/password")} />
        <div className="row">
          <ActButton type="submit" variant="filled" running={accept.running}>
            Choose this password
          </ActButton>
        </div>
      </form>
    </Door>
  );
}
