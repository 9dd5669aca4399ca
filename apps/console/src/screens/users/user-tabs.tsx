import { Go } from "../../shell/go.tsx";

const tabs = [
  ["People", "/users"],
  ["Tokens of programs", "/users/tokens"],
] as const;

export function UserTabs({ at }: { at: (typeof tabs)[number][0] }) {
  return (
    <nav className="tabs" aria-label="Users">
      {tabs.map(([label, to]) => (
        <Go key={to} to={to} aria-current={label === at ? "page" : undefined}>
          {label}
        </Go>
      ))}
    </nav>
  );
}
