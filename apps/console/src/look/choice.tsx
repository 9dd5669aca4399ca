import type { ReactNode } from "react";

interface ChoiceProps {
  name: string;
  title: ReactNode;
  text?: ReactNode;
  checked: boolean;
  onChoose(): void;
}

/** One of several, with what it means: the whole box can be pressed. */
export function Choice({ name, title, text, checked, onChoose }: ChoiceProps) {
  return (
    <label className="choice">
      <input type="radio" name={name} checked={checked} onChange={onChoose} />
      <span className="what">
        {title}
        {text !== undefined && <span className="small">{text}</span>}
      </span>
    </label>
  );
}
