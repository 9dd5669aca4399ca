import { TextInput } from "@mantine/core";
import type { Account } from "@hilum/contract/api";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { problemAt } from "../../api/api-problem.ts";
import { reading, useAct } from "../../api/use-api.ts";
import { ApiProblemPanel } from "../../look/problem.tsx";
import { AccountContext } from "../../session/account.ts";
import { SecondFactorSetup } from "../../session/second-factor-setup.tsx";
import { ActButton } from "../../shell/act-button.tsx";
import { GoButton, useGo } from "../../shell/go.tsx";
import { Door } from "./door.tsx";
import { NewPasswordField } from "./new-password.tsx";

/** The first administrator: made once with the code that the server printed when it started. */
export function WelcomeScreen() {
  const { data: bootstrap } = useQuery(reading("getBootstrap"));
  const [account, setAccount] = useState<Account>();
  const client = useQueryClient();
  const go = useGo();
  const enter = (): void => {
    client.removeQueries({ queryKey: ["getAccount"] });
    go("/");
  };
  if (account !== undefined) {
    return (
      <Door
        wide
        title="Protect your account"
        lead="Your user is made and you are signed in. One-time codes from your phone keep others out, even with your password."
      >
        <AccountContext value={account}>
          <SecondFactorSetup onDone={enter} skip={<ActButton onClick={enter}>Later</ActButton>} />
        </AccountContext>
      </Door>
    );
  }
  if (bootstrap?.state === "ready") {
    return (
      <Door
        title="Hilum is set up"
        lead="The first administrator was made already. New people get a one-time link from Users."
      >
        <div className="row">
          <GoButton to="/sign-in" variant="filled">
            Sign in
          </GoButton>
        </div>
      </Door>
    );
  }
  return <FirstAdministratorForm onMade={setAccount} />;
}

function FirstAdministratorForm({ onMade }: { onMade(account: Account): void }) {
  const create = useAct("createFirstAdministrator");
  const [form, setForm] = useState({ code: "", username: "", displayName: "", password: "" });
  const set = (part: Partial<typeof form>): void => setForm({ ...form, ...part });
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const account = await create.run({ body: { ...form, code: form.code.trim(), username: form.username.trim() } });
    if (account !== undefined) onMade(account);
  };
  const { problem } = create;
  return (
    <Door
      wide
      title="Welcome to Hilum"
      lead="Make the first administrator. It takes one minute; everything else can wait."
    >
      <form className="stack md" onSubmit={(event) => void submit(event)}>
        {problem !== null && <ApiProblemPanel problem={problem} />}
        <TextInput
          label="Set-up code"
          description="Hilum printed it when it started. It works once."
          required
          autoFocus
          autoComplete="off"
          spellCheck={false}
          value={form.code}
          error={problemAt(problem, "/code")}
          onChange={(event) => set({ code: event.currentTarget.value })}
        />
        <TextInput
          label="Your name"
          description="As colleagues and the audit log will see it."
          name="name"
          autoComplete="name"
          required
          maxLength={80}
          value={form.displayName}
          error={problemAt(problem, "/displayName")}
          onChange={(event) => set({ displayName: event.currentTarget.value })}
        />
        <TextInput
          label="User name"
          description="Small letters, digits, dot, hyphen, underscore: for example ana.ribeiro"
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          maxLength={64}
          value={form.username}
          error={problemAt(problem, "/username")}
          onChange={(event) => set({ username: event.currentTarget.value })}
        />
        <NewPasswordField
          value={form.password}
          onChange={(password) => set({ password })}
          error={problemAt(problem, "/password")}
        />
        <div className="row">
          <ActButton type="submit" variant="filled" running={create.running}>
            Make the administrator
          </ActButton>
        </div>
      </form>
    </Door>
  );
}
