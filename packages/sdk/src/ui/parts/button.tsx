import type { ComponentPropsWithRef } from "react";

export interface ButtonProps extends Omit<ComponentPropsWithRef<"button">, "className" | "style" | "type"> {
  /** `primary` is the one next best action of a page. */
  look?: "primary" | "plain" | "quiet";
  /** It works: a second press does nothing until it is done. */
  running?: boolean;
  /** Why it cannot be used now; said beside it. */
  blocked?: string | undefined;
}

/** A button that keeps its place and the focus while it works, and says why it cannot be used. */
export function Button({ look = "plain", running = false, blocked, onClick, children, ...rest }: ButtonProps) {
  const stopped = running || blocked !== undefined;
  return (
    <span className="act">
      <button
        {...rest}
        type="button"
        className="btn"
        data-look={look}
        aria-disabled={stopped || undefined}
        aria-busy={running || undefined}
        onClick={(event) => {
          if (stopped) return event.preventDefault();
          onClick?.(event);
        }}
      >
        {children}
      </button>
      {blocked !== undefined && <span className="small dim">{blocked}</span>}
    </span>
  );
}
