import type { OperationSpec } from "@hilum/contract/api";
import type { LooseInput } from "../api/operation-facts.ts";
import { Panel } from "../look/panel.tsx";
import { LanguageChoice, Sample, useSampleLanguage } from "./sample.tsx";

/** One call as code, in the language of the person's choice. */
export function SamplePanel({
  operation,
  input,
  title,
}: {
  operation: Pick<OperationSpec, "id" | "method" | "path" | "access" | "bodyType">;
  input: LooseInput;
  title: string;
}) {
  const [language, choose] = useSampleLanguage();
  return (
    <Panel title={title}>
      <Sample
        head={<LanguageChoice language={language} onChoose={choose} />}
        operation={operation}
        input={input}
        language={language}
      />
    </Panel>
  );
}
