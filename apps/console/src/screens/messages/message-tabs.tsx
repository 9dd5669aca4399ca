import { Go } from "../../shell/go.tsx";

const tabs = [
  ["Outbox", "/messages"],
  ["Compose", "/messages/compose"],
  ["Routing", "/messages/routing"],
  ["Practice mailbox", "/messages/practice"],
] as const;

export function MessageTabs({ at }: { at: (typeof tabs)[number][0] }) {
  return (
    <nav className="tabs" aria-label="Messages">
      {tabs.map(([label, to]) => (
        <Go key={to} to={to} aria-current={label === at ? "page" : undefined}>
          {label}
        </Go>
      ))}
    </nav>
  );
}
