import { Button, Loader, type ButtonProps } from "@mantine/core";
import { useId, type MouseEvent, type ReactNode } from "react";
import type { MayDecision } from "../api/operation-facts.ts";

interface ActButtonProps extends ButtonProps {
  children: ReactNode;
  may?: MayDecision;
  running?: boolean;
  /** Why it cannot be done now, where the person's role is not the reason. */
  blocked?: string | undefined;
  /** The reason stands in the page's note and is only repeated for screen readers. */
  compact?: boolean;
  label?: string;
  type?: "button" | "submit";
  autoFocus?: boolean;
  onClick?: (event: MouseEvent<HTMLButtonElement>) => void;
}

/** A button for an act. Where it may not be done it stays, disabled, with the reason beside it. */
export function ActButton({
  children,
  may,
  running = false,
  blocked,
  compact = false,
  label,
  type = "button",
  autoFocus,
  onClick,
  leftSection,
  ...button
}: ActButtonProps) {
  const reasonId = useId();
  const reason = may?.allowed === false ? may.reason : blocked;
  const click = (event: MouseEvent<HTMLButtonElement>): void => {
    if (reason !== undefined || running) event.preventDefault();
    else onClick?.(event);
  };
  return (
    <>
      <Button
        {...button}
        type={type}
        // Not the kit's own loading state: that disables the button, and the keyboard would lose its place.
        leftSection={running ? <Loader size={15} color="currentColor" aria-hidden /> : leftSection}
        aria-label={label}
        aria-disabled={reason !== undefined || undefined}
        aria-busy={running || undefined}
        aria-describedby={reason === undefined ? undefined : reasonId}
        data-autofocus={autoFocus || undefined}
        onClick={click}
      >
        {children}
      </Button>
      {reason !== undefined && (
        <span id={reasonId} className={compact ? "vh" : "small dim"}>
          {reason}
        </span>
      )}
    </>
  );
}
