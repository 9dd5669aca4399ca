import {
  IconAlertTriangleFilled,
  IconBuildingCommunity,
  IconCode,
  IconFolders,
  IconLayoutDashboard,
  IconMessages,
  IconPlug,
  IconSettings,
  IconShieldCheck,
  IconBuildingStore,
  IconTool,
  IconUsers,
} from "@tabler/icons-react";
import type { Dashboard } from "@hilum/contract/api";
import { useLocation } from "@tanstack/react-router";
import { Go } from "./go.tsx";

const groups = [
  [
    "",
    [
      ["Dashboard", "/", IconLayoutDashboard],
      ["Repairs", "/repairs", IconTool],
    ],
  ],
  [
    "Connect",
    [
      ["Plugins", "/plugins", IconPlug],
      ["Marketplace", "/marketplace", IconBuildingStore],
    ],
  ],
  [
    "Operate",
    [
      ["Messages", "/messages", IconMessages],
      ["Records", "/records", IconFolders],
    ],
  ],
  [
    "Account for",
    [
      ["Audit", "/audit", IconShieldCheck],
      ["Vendors", "/vendors", IconBuildingCommunity],
      ["Users", "/users", IconUsers],
    ],
  ],
  ["Develop", [["Developer tools", "/dev", IconCode]]],
  ["Platform", [["Settings", "/settings", IconSettings]]],
] as const;

export type ProblemCounts = Partial<Record<string, number>>;

/** How many problems stand behind each item of the navigation. */
export function countProblems(dashboard: Dashboard | undefined): ProblemCounts {
  if (dashboard === undefined) return {};
  const open = dashboard.repairs.filter(({ severity }) => severity !== "info");
  return {
    "/repairs": open.length,
    "/plugins": new Set(open.map(({ plugin }) => plugin).filter((id) => id !== undefined)).size,
    "/messages": dashboard.messages.dead + dashboard.messages.uncertain,
    "/vendors": open.filter(({ id }) => id.startsWith("agreement:")).length,
  };
}

export function NavItems({ counts, onFollow }: { counts: ProblemCounts; onFollow?: () => void }) {
  const pathname = useLocation({ select: (location) => location.pathname });
  const isCurrent = (to: string): boolean =>
    to === "/" ? pathname === "/" : pathname === to || pathname.startsWith(`${to}/`);
  return groups.map(([group, items]) => (
    <div key={group} role="group" aria-label={group === "" ? "Start" : group}>
      {group !== "" && (
        <div className="grp" aria-hidden>
          {group}
        </div>
      )}
      {items.map(([label, to, Icon]) => {
        const problems = counts[to] ?? 0;
        return (
          <Go
            key={to}
            className="item"
            to={to}
            aria-current={isCurrent(to) ? "page" : undefined}
            onClick={() => onFollow?.()}
          >
            <Icon size={19} stroke={1.75} aria-hidden />
            {label}
            {problems > 0 && (
              <span className="count">
                <IconAlertTriangleFilled size={13} aria-hidden />
                {problems}
                <span className="vh"> {problems === 1 ? "problem" : "problems"}</span>
              </span>
            )}
          </Go>
        );
      })}
    </div>
  ));
}
