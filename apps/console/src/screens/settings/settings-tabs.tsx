import { Go } from "../../shell/go.tsx";

const tabs = [
  ["General", "/settings"],
  ["Encryption keys", "/settings/keys"],
  ["Sandbox", "/settings/sandbox"],
] as const;

export function SettingsTabs({ at }: { at: (typeof tabs)[number][0] }) {
  return (
    <nav className="tabs" aria-label="Settings">
      {tabs.map(([label, to]) => (
        <Go key={to} to={to} aria-current={label === at ? "page" : undefined}>
          {label}
        </Go>
      ))}
    </nav>
  );
}
