import { Button, type ButtonProps } from "@mantine/core";
import { useRouter } from "@tanstack/react-router";
import type { AnchorHTMLAttributes, MouseEvent, ReactNode } from "react";

const base = "/admin/ui";

/** The address of a console path, as the server or another page names it: with or without the base. */
export const hrefOf = (to: string): string => (to === base || to.startsWith(`${base}/`) ? to : `${base}${to}`);

export function useGo(): (to: string) => void {
  const router = useRouter();
  return (to) => router.history.push(hrefOf(to));
}

type GoProps = { to: string; children: ReactNode } & Omit<AnchorHTMLAttributes<HTMLAnchorElement>, "href">;

/** A link inside the console. New tab, middle click and copying the address work as with every link. */
export function Go({ to, children, onClick, ...rest }: GoProps) {
  const go = useGo();
  const follow = (event: MouseEvent<HTMLAnchorElement>): void => {
    onClick?.(event);
    if (
      event.defaultPrevented ||
      event.button !== 0 ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey
    )
      return;
    event.preventDefault();
    go(to);
  };
  return (
    <a href={hrefOf(to)} onClick={follow} {...rest}>
      {children}
    </a>
  );
}

/** A link that looks like a button. */
export function GoButton({
  to,
  children,
  label,
  ...button
}: ButtonProps & { to: string; children: ReactNode; label?: string }) {
  return (
    <Button
      {...button}
      renderRoot={(props) => (
        <Go {...(props as Omit<GoProps, "to">)} to={to} aria-label={label}>
          {(props as { children: ReactNode }).children}
        </Go>
      )}
    >
      {children}
    </Button>
  );
}
