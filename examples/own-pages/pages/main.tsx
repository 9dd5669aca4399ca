import { PluginApp, usePage } from "@hilum/sdk/ui";
import { createRoot } from "react-dom/client";
import { DeliveriesPage } from "./deliveries.tsx";
import { HealthPage } from "./health.tsx";
import { SettingsPage } from "./settings.tsx";
import { SetupGuidePage } from "./setup-guide.tsx";

/** One bundle serves all pages: the console says which one it shows. */
function Pages() {
  const { name } = usePage();
  if (name === "settings") return <SettingsPage />;
  if (name === "health") return <HealthPage />;
  return name === "pages/setup-guide" ? <SetupGuidePage /> : <DeliveriesPage />;
}

createRoot(document.getElementById("root") as HTMLElement).render(
  <PluginApp>
    <Pages />
  </PluginApp>,
);
