import { TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { useAct } from "../../api/use-api.ts";
import { PasswordField } from "../../look/password-field.tsx";
import { ApiProblemPanel } from "../../look/problem.tsx";
import { ActButton } from "../../shell/act-button.tsx";
import { useGo } from "../../shell/go.tsx";
import { ownPlace } from "../../text/safe-links.ts";
import { Door } from "./door.tsx";

const route = getRouteApi("/sign-in");

export function SignInScreen() {
  const { next } = route.useSearch();
  const [challenge, setChallenge] = useState<string>();
  const client = useQueryClient();
  const go = useGo();
  const enter = (): void => {
    client.removeQueries({ queryKey: ["getAccount"] });
    go(ownPlace(next));
  };
  return challenge === undefined ? (
    <PasswordStep onChallenge={setChallenge} onDone={enter} />
  ) : (
    <CodeStep challenge={challenge} onBack={() => setChallenge(undefined)} onDone={enter} />
  );
}

function PasswordStep({ onChallenge, onDone }: { onChallenge(challenge: string): void; onDone(): void }) {
  const signIn = useAct("signIn");
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const answer = await signIn.run({ body: { username: username.trim(), password } });
    if (answer?.state === "signed_in") onDone();
    else if (answer?.challenge !== undefined) onChallenge(answer.challenge);
  };
  return (
    <Door title="Sign in" lead="To the Admin Console.">
      <form className="stack md" onSubmit={(event) => void submit(event)}>
        {signIn.problem !== null && <ApiProblemPanel problem={signIn.problem} />}
        <TextInput
          label="User name"
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          autoFocus
          value={username}
          onChange={(event) => setUsername(event.currentTarget.value)}
        />
        <PasswordField
          label="Password"
          name="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <div className="row">
          <ActButton type="submit" variant="filled" running={signIn.running}>
            Sign in
          </ActButton>
        </div>
        <p className="small dim">No password any more? An administrator can send you a new one-time link from Users.</p>
      </form>
    </Door>
  );
}

function CodeStep({ challenge, onBack, onDone }: { challenge: string; onBack(): void; onDone(): void }) {
  const complete = useAct("completeSignIn");
  const [code, setCode] = useState("");
  const [recovery, setRecovery] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if ((await complete.run({ body: { challenge, code: code.trim() } })) !== undefined) onDone();
  };
  return (
    <Door
      title="Second step"
      lead={
        recovery
          ? "Enter one of your recovery codes. Each works once."
          : "Enter the code that your authenticator app shows now."
      }
    >
      <form className="stack md" onSubmit={(event) => void submit(event)}>
        {complete.problem !== null && <ApiProblemPanel problem={complete.problem} />}
        <TextInput
          key={String(recovery)}
          label={recovery ? "Recovery code" : "One-time code"}
          name="code"
          autoComplete="one-time-code"
          inputMode={recovery ? "text" : "numeric"}
          required
          autoFocus
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        <div className="row">
          <ActButton type="submit" variant="filled" running={complete.running}>
            Sign in
          </ActButton>
          <ActButton variant="subtle" onClick={() => setRecovery(!recovery)}>
            {recovery ? "Use the app’s code" : "Use a recovery code"}
          </ActButton>
          <ActButton variant="subtle" onClick={onBack}>
            Back
          </ActButton>
        </div>
      </form>
    </Door>
  );
}
