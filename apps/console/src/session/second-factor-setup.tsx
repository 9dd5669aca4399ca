import { TextInput } from "@mantine/core";
import { lazy, Suspense, useState, type FormEvent, type ReactNode } from "react";
import { useAct } from "../api/use-api.ts";
import { ApiProblemPanel } from "../look/problem.tsx";
import { ActButton } from "../shell/act-button.tsx";
import { copyText } from "../shell/copy.ts";
import { RecoveryCodes } from "./recovery-codes.tsx";

const QrCode = lazy(() => import("./qr-code.tsx").then((module) => ({ default: module.QrCode })));

/** One-time codes in three steps: begin, prove with a code, keep the recovery codes. */
export function SecondFactorSetup({ onDone, skip }: { onDone(): void; skip?: ReactNode }) {
  const begin = useAct("beginSecondFactor");
  const confirm = useAct("confirmSecondFactor");
  const [begun, setBegun] = useState<{ secret: string; uri: string }>();
  const [codes, setCodes] = useState<string[]>();
  const [code, setCode] = useState("");

  if (codes !== undefined) return <RecoveryCodes codes={codes} onDone={onDone} />;
  if (begun === undefined) {
    const start = async (): Promise<void> => setBegun(await begin.run());
    return (
      <div className="stack md">
        {begin.problem !== null && <ApiProblemPanel problem={begin.problem} />}
        <p>You need an authenticator app on your phone: any that shows six-digit codes.</p>
        <div className="row">
          <ActButton variant="filled" running={begin.running} onClick={() => void start()}>
            Set up one-time codes
          </ActButton>
          {skip}
        </div>
      </div>
    );
  }
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setCodes((await confirm.run({ body: { code: code.trim() } }))?.recoveryCodes);
  };
  return (
    <form className="stack md" onSubmit={(event) => void submit(event)}>
      {confirm.problem !== null && <ApiProblemPanel problem={confirm.problem} />}
      <div className="row top wide">
        <Suspense fallback={<div className="qr" />}>
          <QrCode text={begun.uri} label="QR code for the authenticator app; the key stands beside it as text" />
        </Suspense>
        <div className="stack sm" style={{ flex: "1 1 200px" }}>
          <p>Scan this with the app, or type the key:</p>
          <p>
            <code>{begun.secret}</code>
          </p>
          <button type="button" className="tbtn" onClick={() => void copyText(begun.secret, "Key copied")}>
            Copy the key
          </button>
        </div>
      </div>
      <TextInput
        label="Code that the app shows now"
        inputMode="numeric"
        autoComplete="one-time-code"
        required
        autoFocus
        value={code}
        onChange={(event) => setCode(event.currentTarget.value)}
      />
      <div className="row">
        <ActButton type="submit" variant="filled" running={confirm.running}>
          Turn on one-time codes
        </ActButton>
        {skip}
      </div>
    </form>
  );
}
