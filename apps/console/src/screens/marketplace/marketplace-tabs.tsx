import { Go } from "../../shell/go.tsx";

const tabs = [
  ["Browse", "/marketplace"],
  ["Updates", "/marketplace/updates"],
  ["Installs", "/marketplace/installs"],
  ["Sources", "/marketplace/sources"],
  ["Publish", "/marketplace/publish"],
  ["Review", "/marketplace/review"],
  ["Keys", "/marketplace/keys"],
] as const;

export function MarketplaceTabs({ at }: { at: (typeof tabs)[number][0] }) {
  return (
    <nav className="tabs" aria-label="Marketplace">
      {tabs.map(([label, to]) => (
        <Go key={to} to={to} aria-current={label === at ? "page" : undefined}>
          {label}
        </Go>
      ))}
    </nav>
  );
}
