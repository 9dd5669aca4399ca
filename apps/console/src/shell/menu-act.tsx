import { Menu, type MenuItemProps } from "@mantine/core";
import type { ReactNode } from "react";

interface MenuActProps extends MenuItemProps {
  children: ReactNode;
  /** Why it cannot be done now; shown under its name. */
  blocked?: string | undefined;
  onClick(): void;
}

/**
 * An act of a menu. Where it may not be done it stays in reach of the arrow keys, with the reason: the kit's own disabled
 * items take the keyboard's first stop away when one of them stands on top.
 */
export function MenuAct({ children, blocked, onClick, ...item }: MenuActProps) {
  return (
    <Menu.Item
      {...item}
      aria-disabled={blocked !== undefined || undefined}
      closeMenuOnClick={blocked === undefined}
      onClick={() => {
        if (blocked === undefined) onClick();
      }}
    >
      {children}
      {blocked !== undefined && (
        <span className="small" style={{ display: "block" }}>
          {blocked}
        </span>
      )}
    </Menu.Item>
  );
}
