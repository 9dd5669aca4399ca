import type { SetupSignIn } from "@hilum/contract/api";
import { IconCopy, IconExternalLink } from "@tabler/icons-react";
import { Button, TextInput } from "@mantine/core";
import { useState } from "react";
import { useAct } from "../../../api/use-api.ts";
import { EvidenceOf, Evidence } from "../../../look/evidence.tsx";
import { KeyValue } from "../../../look/panel.tsx";
import { ApiProblemPanel } from "../../../look/problem.tsx";
import { ActButton } from "../../../shell/act-button.tsx";
import { copyText } from "../../../shell/copy.ts";
import { actorName, clock, moment } from "../../../text/format.ts";
import { nameOfPointer } from "@hilum/sdk/ui";
import { instanceQuery } from "../plugin-page.tsx";
import type { Step } from "./use-wizard.ts";

interface SignInStepProps {
  step: Step;
  signIn: SetupSignIn;
  plugin: string;
  instance: string;
  onFix(name: string): void;
}

/** A sign-in at the provider: its page opens in a new tab, and this one waits and goes on by itself. */
export function SignInStep({ step, signIn, plugin, instance, onFix }: SignInStepProps) {
  const start = useAct("startSetupOAuth");
  const [address, setAddress] = useState<string>();
  const open = async (): Promise<void> => {
    const begun = await start.run({ params: { plugin, step: step.id }, query: instanceQuery(instance) });
    if (begun === undefined) return;
    setAddress(begun.address);
    window.open(begun.address, "_blank", "noopener,noreferrer");
  };
  const host = signIn.host ?? "the provider";
  const field = signIn.problem?.field;
  return (
    <div className="stack md">
      <KeyValue
        rows={{
          "The provider asks for this redirect address": (
            <span className="row">
              <code>{signIn.redirectUri}</code>
              <button
                type="button"
                className="tbtn"
                onClick={() => void copyText(signIn.redirectUri, "Redirect address copied")}
              >
                <IconCopy size={14} aria-hidden />
                Copy
              </button>
            </span>
          ),
          ...(signIn.scopes.length > 0 && { "Hilum asks for": <code>{signIn.scopes.join(" ")}</code> }),
        }}
      />
      {start.problem !== null && <ApiProblemPanel problem={start.problem} />}
      <ul aria-label="The sign-in" aria-live="polite" className="bare">
        <SignInState signIn={signIn} host={host} done={step.state === "done"} />
        {signIn.problem !== undefined && signIn.state !== "waiting" && (
          <EvidenceOf
            row={signIn.problem}
            {...(field !== undefined && {
              actions: (
                <Button variant="filled" onClick={() => onFix(nameOfPointer(field))}>
                  Fix: go to the setting
                </Button>
              ),
            })}
          />
        )}
      </ul>
      <div className="row">
        <ActButton
          variant={isNextBest(step, signIn) ? "filled" : "default"}
          running={start.running}
          leftSection={<IconExternalLink size={16} aria-hidden />}
          onClick={() => void open()}
        >
          {signIn.state === "waiting" ? "Open again" : `Open ${host} to sign in`}
          <span className="vh"> in a new tab</span>
        </ActButton>
        {signIn.state === "waiting" && address !== undefined && (
          <a href={address} target="_blank" rel="noopener noreferrer">
            The tab did not open: follow this link
          </a>
        )}
      </div>
      {signIn.state === "waiting" && <ByHand plugin={plugin} instance={instance} step={step.id} />}
    </div>
  );
}

/** A refusal that leads to a setting is mended there first. */
const isNextBest = (step: Step, { state, problem }: SetupSignIn): boolean =>
  step.state !== "done" && (state === "none" || state === "refused") && problem?.field === undefined;

function SignInState({ signIn, host, done }: { signIn: SetupSignIn; host: string; done: boolean }) {
  if (signIn.state === "waiting")
    return (
      <Evidence
        word="Running"
        title={`Waiting for the sign-in at ${host}`}
        detail={`Sign in on the page that opened; this page goes on by itself.${signIn.until === undefined ? "" : ` It is given up at ${clock(signIn.until)}.`}`}
      />
    );
  if (signIn.state === "granted")
    return (
      <Evidence
        word="Granted"
        title={`Signed in at ${host}`}
        detail={`${signIn.grantedAt === undefined ? "" : `${moment(signIn.grantedAt)}, `}${signIn.grantedBy === undefined ? "" : `by ${actorName(signIn.grantedBy)}. `}Hilum keeps the tokens and renews them; the plugin never gets them.`}
      />
    );
  if (done && signIn.problem === undefined)
    return <Evidence word="Granted" title="A sign-in is saved" detail="Sign in again to put another in its place." />;
  if (signIn.problem !== undefined) return null;
  return (
    <Evidence
      word="Not run"
      title={`Nobody has signed in at ${host} yet`}
      detail="No password of the provider is typed here."
    />
  );
}

/** For a browser that the provider could not send back: the address that it shows is enough. */
function ByHand({ plugin, instance, step }: { plugin: string; instance: string; step: string }) {
  const enter = useAct("enterSetupOAuth", "Sign-in entered");
  const [address, setAddress] = useState("");
  const send = (): void =>
    void enter.run({ params: { plugin, step }, query: instanceQuery(instance), body: { address: address.trim() } });
  return (
    <details className="help">
      <summary>The provider’s page did not come back here</summary>
      <div className="stack sm" style={{ marginTop: 10 }}>
        {enter.problem !== null && <ApiProblemPanel problem={enter.problem} />}
        <TextInput
          label="Address that the browser ended at"
          description="It begins with the redirect address above. Copy it whole from that tab."
          value={address}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setAddress(event.currentTarget.value)}
          onKeyDown={(event) => {
            // Enter belongs to this field, not to the step around it.
            if (event.key !== "Enter") return;
            event.preventDefault();
            if (address.trim() !== "") send();
          }}
        />
        <div className="row">
          <ActButton
            running={enter.running}
            blocked={address.trim() === "" ? "Paste the address first." : undefined}
            onClick={send}
          >
            Enter the sign-in
          </ActButton>
        </div>
      </div>
    </details>
  );
}
