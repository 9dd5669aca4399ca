import { describeScope, isScope, parseScope, tokenPurposes, type TokenPurpose } from "@hilum/contract";
import { NativeSelect, Textarea, TextInput } from "@mantine/core";
import { problemAt, type ApiProblem } from "../../api/api-problem.ts";

const purposeWords: Record<TokenPurpose, string> = {
  TREAT: "Treatment",
  HOPERAT: "Running the clinic",
  HPAYMT: "Payment",
  PUBHLTH: "Public health",
  HRESCH: "Research",
};

/** Scopes as they are written: one a line, empty lines left out. */
export const readScopeLines = (text: string): string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");

/** What a scope means, or what is wrong with it, as one sentence. */
function sentenceOf(text: string): { text: string; good: boolean } {
  const scope = parseScope(text);
  return isScope(scope)
    ? { text: describeScope(scope), good: true }
    : { text: `${scope.message}. ${scope.fix ?? ""}`, good: false };
}

/** Which records a program reaches, written as scopes and said in words while they are written. */
export function ScopeLines({
  value,
  problem,
  onChange,
}: {
  value: string;
  problem: ApiProblem | null;
  onChange(text: string): void;
}) {
  const scopes = readScopeLines(value);
  const refused = scopes.map((_, index) => problemAt(problem, `/scopes/${index}`)).find((one) => one !== undefined);
  return (
    <div className="stack sm">
      <Textarea
        label="Records it reaches"
        description="One scope a line, for instance system/Patient.rs: c create, r read, u update, d delete, s search. Without any it reaches no record."
        autosize
        minRows={2}
        maxRows={8}
        spellCheck={false}
        value={value}
        error={refused}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      {scopes.length > 0 && (
        <ul className="small" aria-label="What these scopes mean">
          {scopes.map((scope) => {
            const { text, good } = sentenceOf(scope);
            return (
              <li key={scope}>
                <code>{scope}</code> {good ? text : <b className="strong">Not valid: {text}</b>}
              </li>
            );
          })}
        </ul>
      )}
    </div>
  );
}

/** What the program uses records for: consents of patients speak of it. */
export function PurposeChoice({ value, onChange }: { value: TokenPurpose; onChange(purpose: TokenPurpose): void }) {
  return (
    <NativeSelect
      label="What it uses records for"
      description="Consents of patients are held against it."
      data={tokenPurposes.map((purpose) => ({ value: purpose, label: purposeWords[purpose] }))}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value as TokenPurpose)}
    />
  );
}

/** Whose program it is: what somebody outside reads is a disclosure. */
export function RecipientField({
  value,
  problem,
  onChange,
}: {
  value: string;
  problem: ApiProblem | null;
  onChange(recipient: string): void;
}) {
  return (
    <TextInput
      label="Who outside gets what it reads"
      description="Leave it empty for a program of your own organisation. Else what it reads is in each patient’s accounting of disclosures under this name."
      maxLength={80}
      value={value}
      error={problemAt(problem, "/recipient")}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

interface TokenRecordsProps {
  scopes: readonly string[];
  purpose: TokenPurpose;
  recipient: string | undefined;
}

/** In the list: the scopes of a token, what it uses records for, and who outside gets them. */
export function TokenRecords({ scopes, purpose, recipient }: TokenRecordsProps) {
  if (scopes.length === 0) return <span className="dim">none</span>;
  return (
    <>
      {scopes.map((scope) => (
        <code className="sub" key={scope}>
          {scope}
        </code>
      ))}
      <span className="sub">
        {purposeWords[purpose]}
        {recipient !== undefined && `, disclosed to ${recipient}`}
      </span>
    </>
  );
}
