import type { ConformanceSubject } from "@hilum/contract/api";
import { Textarea } from "@mantine/core";
import { useState } from "react";

const example = `{
  "channel": "email",
  "accepted": "somebody@example.org"
}`;

/** What else must be known of a plugin so that more cases can be played. Text, for it is rarely given by hand. */
export function SubjectField({ onChange }: { onChange(subject: ConformanceSubject | "wrong" | undefined): void }) {
  const [text, setText] = useState("");
  const [error, setError] = useState<string>();
  const change = (next: string): void => {
    setText(next);
    const read = readSubject(next);
    setError(typeof read === "string" ? read : undefined);
    onChange(typeof read === "string" ? "wrong" : read);
  };
  return (
    <details className="help">
      <summary>What else is known of it</summary>
      <Textarea
        className="fields"
        label="Known of the plugin"
        description="JSON: settings, an address that it takes and one that it refuses, and what stands in for its provider. Empty: the folder’s conformance.json, where it has one. No patient data."
        placeholder={example}
        rows={6}
        spellCheck={false}
        styles={{ input: { fontFamily: "var(--hl-mono)", fontSize: "0.8125rem" } }}
        value={text}
        error={error}
        onChange={(event) => change(event.currentTarget.value)}
      />
    </details>
  );
}

/** The server judges its members; here it must only be an object. Answers a sentence where it is none. */
function readSubject(text: string): ConformanceSubject | string | undefined {
  if (text.trim() === "") return undefined;
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
    return "Write an object in curly brackets.";
  } catch {
    return "This is no JSON yet.";
  }
}
