import { Menu } from "@mantine/core";
import type { Preferences } from "@hilum/contract/api";
import { useQueryClient } from "@tanstack/react-query";
import { IconContrast, IconDeviceDesktop, IconLogout, IconMoon, IconSun, IconUserCircle } from "@tabler/icons-react";
import { useAct } from "../api/use-api.ts";
import { useAccount } from "../session/account.ts";
import { useGo } from "./go.tsx";

const themes = [
  ["light", "Light", IconSun],
  ["dark", "Dark", IconMoon],
  ["system", "As the system", IconDeviceDesktop],
] as const;

export function UserMenu() {
  const account = useAccount();
  const client = useQueryClient();
  const go = useGo();
  const save = useAct("savePreferences", "Preferences saved");
  const signOut = useAct("signOut", undefined, { refresh: false });
  const initials = account.displayName
    .split(/\s+/)
    .map((name) => name[0] ?? "")
    .join("")
    .slice(0, 2)
    .toUpperCase();
  const change = (part: Partial<Preferences>): void => void save.run({ body: { ...account.preferences, ...part } });
  const leave = async (): Promise<void> => {
    await signOut.run();
    client.clear();
    go("/sign-in");
  };
  const { theme, contrast } = account.preferences;
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <button type="button" className="iconbtn">
          <span className="avatar" aria-hidden>
            {initials}
          </span>
          <span className="vh">{account.displayName}, user menu</span>
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconUserCircle size={18} aria-hidden />} onClick={() => go("/account")}>
          Account and preferences
          <span className="small dim" style={{ display: "block" }}>
            {account.displayName}, {account.role}
          </span>
        </Menu.Item>
        <Menu.Divider />
        {themes.map(([name, label, Icon]) => (
          <Menu.Item
            key={name}
            leftSection={<Icon size={18} aria-hidden />}
            rightSection={theme === name ? "on" : undefined}
            onClick={() => change({ theme: name })}
          >
            {label}
          </Menu.Item>
        ))}
        <Menu.Item
          leftSection={<IconContrast size={18} aria-hidden />}
          rightSection={contrast === "more" ? "on" : undefined}
          onClick={() => change({ contrast: contrast === "more" ? "system" : "more" })}
        >
          More contrast
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={18} aria-hidden />} onClick={() => void leave()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
