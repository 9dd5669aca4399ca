import { useState } from "react";
import { useAct } from "../../api/use-api.ts";
import { Panel } from "../../look/panel.tsx";
import { ApiProblemPanel } from "../../look/problem.tsx";
import { Status } from "../../look/status.tsx";
import { useAccount } from "../../session/account.ts";
import { RecoveryCodes } from "../../session/recovery-codes.tsx";
import { SecondFactorSetup } from "../../session/second-factor-setup.tsx";
import { ActButton } from "../../shell/act-button.tsx";
import { ConfirmDialog } from "../../shell/confirm-dialog.tsx";
import { many } from "../../text/format.ts";

export function SecondFactorPanel() {
  const account = useAccount();
  const remove = useAct("removeSecondFactor", "One-time codes are off");
  const renew = useAct("renewRecoveryCodes");
  const [settingUp, setSettingUp] = useState(!account.secondFactor);
  const [codes, setCodes] = useState<string[]>();
  const [asking, setAsking] = useState<"remove" | "renew">();
  // Once begun, the set-up stays until its recovery codes were kept, although the account is protected before that.
  if (!account.secondFactor && !settingUp) setSettingUp(true);
  const close = (): void => setAsking(undefined);
  if (codes !== undefined) {
    return (
      <Panel label="Recovery codes">
        <RecoveryCodes codes={codes} onDone={() => setCodes(undefined)} />
      </Panel>
    );
  }
  return (
    <Panel
      title="One-time codes"
      end={<Status word={account.secondFactor ? "On" : "Off"} quiet={account.secondFactor} />}
    >
      {settingUp ? (
        <div className="stack md">
          {!account.secondFactor && (
            <p className="dim">A password alone can be guessed or stolen. A code from your phone keeps others out.</p>
          )}
          <SecondFactorSetup onDone={() => setSettingUp(false)} />
        </div>
      ) : (
        <div className="stack md">
          <p>
            You sign in with your password and a code from your app. {many(account.recoveryCodesLeft, "recovery code")}{" "}
            left.
          </p>
          {account.recoveryCodesLeft < 3 && <p className="dim">Make new ones before they run out.</p>}
          <div className="row">
            <ActButton onClick={() => setAsking("renew")}>New recovery codes</ActButton>
            <ActButton onClick={() => setAsking("remove")}>Turn off</ActButton>
          </div>
          {renew.problem !== null && <ApiProblemPanel problem={renew.problem} />}
        </div>
      )}
      {asking === "remove" && (
        <ConfirmDialog
          title="Turn one-time codes off?"
          confirm="Turn off"
          danger
          running={remove.running}
          problem={remove.problem}
          onClose={close}
          onConfirm={() => void remove.run().then((answer) => answer !== undefined && close())}
        >
          Your password alone signs you in from then on. Your recovery codes end too. You can set them up again at any
          time.
        </ConfirmDialog>
      )}
      {asking === "renew" && (
        <ConfirmDialog
          title="Make new recovery codes?"
          confirm="Make new codes"
          running={renew.running}
          problem={renew.problem}
          onClose={close}
          onConfirm={() =>
            void renew.run().then((answer) => {
              if (answer === undefined) return;
              close();
              setCodes(answer.recoveryCodes);
            })
          }
        >
          The old ones stop working at once.
        </ConfirmDialog>
      )}
    </Panel>
  );
}
