import type { KeyboardEvent, ReactNode } from "react";

/** Fields in which Enter means "go on"; in a text of several lines it is a new line, and a button has its own meaning. */
const isOneLine = (element: Element): boolean =>
  element instanceof HTMLInputElement && !["checkbox", "radio"].includes(element.type);

export interface FormProps {
  /** Names the form to those who hear it. */
  label: string;
  onSubmit(): void;
  children: ReactNode;
}

/**
 * A form of a page. A sandboxed frame submits none, and does not even tell of it, so a page listens to Enter itself; its button
 * is an ordinary one that does the same.
 */
export function Form({ label, onSubmit, children }: FormProps) {
  const listen = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || event.nativeEvent.isComposing || !isOneLine(event.target as Element)) return;
    event.preventDefault();
    onSubmit();
  };
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- Enter in a field sends a form; a sandboxed frame has no form that could
    <div role="form" aria-label={label} onKeyDown={listen}>
      {children}
    </div>
  );
}
