import { samplesOf, type OperationSpec, type Samples } from "@hilum/contract/api";
import { IconCopy } from "@tabler/icons-react";
import { useState, type ReactNode } from "react";
import type { LooseInput } from "../api/operation-facts.ts";
import { copyText } from "./copy.ts";

export type SampleLanguage = keyof Samples;
const languages = [
  ["curl", "curl"],
  ["node", "Node"],
  ["python", "Python"],
] as const;

/** The language that was chosen last, wherever samples are shown, for as long as the console is open. */
let latest: SampleLanguage = "curl";

export function useSampleLanguage(): [SampleLanguage, (language: SampleLanguage) => void] {
  const [language, setLanguage] = useState(latest);
  return [
    language,
    (next) => {
      latest = next;
      setLanguage(next);
    },
  ];
}

export function LanguageChoice({
  language,
  onChoose,
}: {
  language: SampleLanguage;
  onChoose(language: SampleLanguage): void;
}) {
  return (
    <div className="row" role="group" aria-label="Language of the code">
      {languages.map(([name, label]) => (
        <button
          key={name}
          type="button"
          className="chip"
          aria-pressed={language === name}
          onClick={() => onChoose(name)}
        >
          {label}
        </button>
      ))}
    </div>
  );
}

interface SampleProps {
  /** Left of the way to copy. */
  head: ReactNode;
  operation: Pick<OperationSpec, "id" | "method" | "path" | "access" | "bodyType">;
  input: LooseInput;
  language: SampleLanguage;
}

/** Code that makes one call, with a way to copy it. The token is read from a variable and never part of the text. */
export function Sample({ head, operation, input, language }: SampleProps) {
  const { params, query, body } = input;
  const text = samplesOf(operation, {
    origin: location.origin,
    ...(params && { params: params as Record<string, string | number> }),
    ...(query && { query }),
    ...(body !== undefined && { body }),
  })[language];
  return (
    <div className="stack xs">
      <div className="row between">
        {head}
        <button
          type="button"
          className="tbtn"
          onClick={() => void copyText(text, "Call copied")}
          aria-label={`Copy the call ${operation.id}`}
        >
          <IconCopy size={14} aria-hidden />
          Copy
        </button>
      </div>
      <pre className="reply" tabIndex={0} role="region" aria-label={`Code of ${operation.id}`}>
        {text}
      </pre>
    </div>
  );
}
