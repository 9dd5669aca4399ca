import { useRead } from "../../api/use-api.ts";
import { KeyValue, Panel } from "../../look/panel.tsx";
import { useAccount } from "../../session/account.ts";
import { Page } from "../../shell/page.tsx";
import { exactly } from "../../text/format.ts";
import { roleWords } from "../users/role-choice.tsx";
import { PasswordPanel } from "./password-panel.tsx";
import { PreferencesPanel } from "./preferences-panel.tsx";
import { SecondFactorPanel } from "./second-factor-panel.tsx";
import { SessionsPanel } from "./sessions-panel.tsx";

export function AccountScreen() {
  const account = useAccount();
  const read = useRead("getAccount", {});
  return (
    <Page
      title="Account"
      lead="How you sign in, and how the console looks and reads for you. Kept on the server, so it follows you."
      reads={[read]}
      calls={[["getAccount"], ["savePreferences", { body: account.preferences }]]}
    >
      <div className="grid even">
        <div className="stack lg">
          <Panel title="You">
            <KeyValue
              rows={{
                Name: account.displayName,
                "User name": account.username,
                Role: `${account.role}: ${roleWords[account.role].toLowerCase()}`,
                "Signed in": exactly(account.session.startedAt),
                Ends: `${exactly(account.session.expiresAt)} at the latest`,
              }}
            />
          </Panel>
          <SecondFactorPanel />
          <PasswordPanel />
          <SessionsPanel />
        </div>
        <PreferencesPanel />
      </div>
    </Page>
  );
}
