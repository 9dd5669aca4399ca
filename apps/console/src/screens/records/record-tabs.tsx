import { Go } from "../../shell/go.tsx";

const tabs = [
  ["Browse", "/records"],
  ["Reviews", "/records/glasses"],
  ["Legal holds", "/records/holds"],
  ["Exports", "/records/exports"],
  ["Retention", "/records/retention"],
  ["Destruction", "/records/shreddings"],
  ["Stores", "/records/stores"],
] as const;

export function RecordTabs({ at }: { at: (typeof tabs)[number][0] }) {
  return (
    <nav className="tabs" aria-label="Records">
      {tabs.map(([label, to]) => (
        <Go key={to} to={to} aria-current={label === at ? "page" : undefined}>
          {label}
        </Go>
      ))}
    </nav>
  );
}
