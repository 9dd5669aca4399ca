import { ProviderSetupWizard } from "@hilum/sdk/ui";

/** The setup in the plugin's own page: the same session as the console's wizard. */
export function SetupGuidePage() {
  return (
    <div className="stack lg">
      <p>Have the API key of your account at hand. You find it at the provider under Account, Keys.</p>
      <ProviderSetupWizard />
    </div>
  );
}
