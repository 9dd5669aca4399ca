import { useId, type ReactNode } from "react";

interface Described {
  label: string;
  description?: string | undefined;
  error?: string | undefined;
  required?: boolean;
  /** Of the control; made where it is absent. */
  id?: string;
}

/** What a control needs to be named, described and judged by what stands around it. */
export interface ControlProps {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": true | undefined;
  "aria-required": true | undefined;
}

export interface FieldProps extends Described {
  children(control: ControlProps): ReactNode;
}

/** Label, help and error around one control. */
export function Field({ label, description, error, required = false, id, children }: FieldProps) {
  const made = useId();
  const own = id ?? made;
  const help = description === undefined ? undefined : `${own}-help`;
  const fault = error === undefined ? undefined : `${own}-error`;
  const describedBy = [help, fault].filter((part) => part !== undefined).join(" ");
  return (
    <div className="field">
      <label htmlFor={own}>
        {label}
        {required && (
          <span className="must" aria-hidden>
            {" "}
            *
          </span>
        )}
      </label>
      {help !== undefined && (
        <p id={help} className="help">
          {description}
        </p>
      )}
      {children({
        id: own,
        "aria-describedby": describedBy === "" ? undefined : describedBy,
        "aria-invalid": error === undefined ? undefined : true,
        "aria-required": required || undefined,
      })}
      {fault !== undefined && (
        <p id={fault} className="fault">
          {error}
        </p>
      )}
    </div>
  );
}

export interface TextFieldProps extends Described {
  value: string;
  onChange(value: string): void;
  disabled?: boolean;
  placeholder?: string | undefined;
  inputMode?: "text" | "numeric" | "email" | "url" | "tel";
  /** More than one makes it a text of so many lines. */
  lines?: number;
}

export function TextField({
  value,
  onChange,
  disabled,
  placeholder,
  inputMode,
  lines = 1,
  ...described
}: TextFieldProps) {
  const shared = { value, disabled, placeholder, spellCheck: false };
  return (
    <Field {...described}>
      {(control) =>
        lines > 1 ? (
          <textarea {...control} {...shared} rows={lines} onChange={(event) => onChange(event.currentTarget.value)} />
        ) : (
          <input
            {...control}
            {...shared}
            inputMode={inputMode}
            autoComplete="off"
            onChange={(event) => onChange(event.currentTarget.value)}
          />
        )
      }
    </Field>
  );
}

export interface SelectFieldProps extends Described {
  value: string;
  options: readonly { value: string; label: string }[];
  onChange(value: string): void;
  disabled?: boolean;
}

export function SelectField({ value, options, onChange, disabled, ...described }: SelectFieldProps) {
  return (
    <Field {...described}>
      {(control) => (
        <select
          {...control}
          value={value}
          disabled={disabled}
          onChange={(event) => onChange(event.currentTarget.value)}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

export interface CheckFieldProps extends Omit<Described, "required"> {
  checked: boolean;
  onChange(checked: boolean): void;
  disabled?: boolean;
}

export function CheckField({ label, description, error, id, checked, onChange, disabled }: CheckFieldProps) {
  const made = useId();
  const own = id ?? made;
  const help = description === undefined ? undefined : `${own}-help`;
  const fault = error === undefined ? undefined : `${own}-error`;
  return (
    <div className="check">
      <input
        id={own}
        type="checkbox"
        checked={checked}
        disabled={disabled}
        aria-describedby={[help, fault].filter((part) => part !== undefined).join(" ") || undefined}
        aria-invalid={error === undefined ? undefined : true}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <div>
        <label htmlFor={own}>{label}</label>
        {help !== undefined && (
          <p id={help} className="help">
            {description}
          </p>
        )}
        {fault !== undefined && (
          <p id={fault} className="fault">
            {error}
          </p>
        )}
      </div>
    </div>
  );
}
