import { Checkbox, FileButton, NumberInput } from "@mantine/core";
import { ActButton } from "../../../shell/act-button.tsx";
import { parsePublicHalf, type PublicHalf } from "../keys/public-half.ts";
import { SignProblem, useWork } from "../keys/sign-problem.tsx";

interface KeysFieldProps {
  id: string;
  label: string;
  description?: string;
  known: readonly { id: string; title: string }[];
  chosen: readonly string[];
  threshold: number;
  error: string | undefined;
  onChoose(ids: string[]): void;
  onThreshold(threshold: number): void;
  /** The public half of somebody else's key was read. */
  onAdd(half: PublicHalf): void;
}

/** Whose keys sign a role, and how many of them must. */
export function KeysField({ known, chosen, threshold, onChoose, onThreshold, onAdd, ...field }: KeysFieldProps) {
  return (
    <>
      <Checkbox.Group {...field} value={[...chosen]} onChange={onChoose}>
        <div className="stack sm" style={{ marginTop: 8 }}>
          {known.length === 0 && <p className="small dim">None yet: unlock one, or add its public half.</p>}
          {known.map(({ id, title }) => (
            <Checkbox key={id} value={id} label={title} description={<code>{id.slice(0, 16)}…</code>} />
          ))}
        </div>
      </Checkbox.Group>
      <AddHalf onAdd={onAdd} />
      <NumberInput
        label="How many of them must sign"
        min={1}
        max={Math.max(1, chosen.length)}
        allowDecimal={false}
        w={220}
        value={threshold}
        onChange={(value) => onThreshold(Number(value) || 1)}
      />
    </>
  );
}

/** Takes the public half of somebody else's key. */
function AddHalf({ onAdd }: { onAdd(half: PublicHalf): void }) {
  const work = useWork();
  const add = (file: File | null): void => {
    if (file === null) return;
    void work
      .run(async () => await parsePublicHalf(await file.text()))
      .then((half) => half !== undefined && onAdd(half));
  };
  return (
    <div className="stack sm">
      <SignProblem error={work.error} />
      <div className="row">
        <FileButton
          accept=".json,application/json"
          onChange={add}
          inputProps={{ "aria-label": "Add the public half of a key", tabIndex: -1 }}
        >
          {(props) => <ActButton {...props}>Add the public half of a key</ActButton>}
        </FileButton>
        <span className="small dim">Of somebody who signs elsewhere: a .public.json file</span>
      </div>
    </div>
  );
}

/** What was added, once each. */
export const withHalf = (halves: readonly PublicHalf[], half: PublicHalf): PublicHalf[] => [
  ...halves.filter(({ id }) => id !== half.id),
  half,
];
