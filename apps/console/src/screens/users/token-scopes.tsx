import { describeScope, isScope, parseScope } from "@hilum/contract";
import { NativeSelect, Textarea } from "@mantine/core";
import { problemAt, type ApiProblem } from "../../api/api-problem.ts";
import type { AnswerById } from "../../api/call.ts";

type Purpose = AnswerById<"listApiTokens">["items"][number]["purpose"];

const purposeWords: Record<Purpose, string> = { TREAT: "Treatment", HOPERAT: "Running the clinic" };

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
export function PurposeChoice({ value, onChange }: { value: Purpose; onChange(purpose: Purpose): void }) {
  return (
    <NativeSelect
      label="What it uses records for"
      description="Consents of patients are held against it."
      data={(Object.keys(purposeWords) as Purpose[]).map((purpose) => ({
        value: purpose,
        label: purposeWords[purpose],
      }))}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value === "TREAT" ? "TREAT" : "HOPERAT")}
    />
  );
}

/** In the list: the scopes of a token, and what it uses records for. */
export function TokenRecords({ scopes, purpose }: { scopes: readonly string[]; purpose: Purpose }) {
  if (scopes.length === 0) return <span className="dim">none</span>;
  return (
    <>
      {scopes.map((scope) => (
        <code className="sub" key={scope}>
          {scope}
        </code>
      ))}
      <span className="sub">{purposeWords[purpose]}</span>
    </>
  );
}
