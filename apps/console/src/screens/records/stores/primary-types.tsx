import { Checkbox } from "@mantine/core";

interface PrimaryTypesProps {
  types: readonly string[];
  chosen: readonly string[];
  onChoose(types: string[]): void;
}

/** Of which types a store is to be primary. */
export function PrimaryTypes({ types, chosen, onChoose }: PrimaryTypesProps) {
  return (
    <Checkbox.Group
      label="Primary of these types alone"
      description="None chosen: of all that the store takes."
      value={[...chosen]}
      onChange={onChoose}
    >
      <div className="choices">
        {types.map((type) => (
          <Checkbox key={type} value={type} label={type} />
        ))}
      </div>
    </Checkbox.Group>
  );
}
