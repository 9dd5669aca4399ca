import { purposesOfUse, type PurposeOfUse } from "@hilum/contract";
import { NativeSelect } from "@mantine/core";

interface PurposeSelectProps<P extends PurposeOfUse> {
  id: string;
  label: string;
  purposes: readonly P[];
  /** Empty until one is chosen. */
  value: P | "";
  error: string | undefined;
  autoFocus?: boolean;
  onChange(value: P | ""): void;
}

/** Asks what records are used for, in the words of v3-PurposeOfUse. */
export function PurposeSelect<P extends PurposeOfUse>(props: PurposeSelectProps<P>) {
  const { id, label, purposes, value, error, autoFocus = false, onChange } = props;
  return (
    <NativeSelect
      {...{ id, label, value, error }}
      required
      data={[
        { value: "", label: "Choose a purpose" },
        ...purposes.map((code) => ({ value: code, label: purposesOfUse[code] })),
      ]}
      onChange={(event) => onChange(event.currentTarget.value as P | "")}
      {...(autoFocus && { "data-autofocus": true })}
    />
  );
}
