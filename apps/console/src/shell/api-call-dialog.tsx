import type { OperationSpec } from "@hilum/contract/api";
import { Button } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { summaries } from "virtual:hilum-summaries";
import { download, factsOf } from "../api/call.ts";
import type { OperationFacts } from "../api/operation-facts.ts";
import { Dialog } from "./dialog.tsx";
import { Go } from "./go.tsx";
import type { ShownCall } from "./page.tsx";
import { LanguageChoice, Sample, useSampleLanguage } from "./sample.tsx";

/** The page's requests as a program would send them. */
export function ApiCallDialog({ calls, onClose }: { calls: readonly ShownCall[]; onClose(): void }) {
  const [language, choose] = useSampleLanguage();
  return (
    <Dialog onClose={onClose} title="The same by program" size={700}>
      <div className="stack md">
        <p className="dim">
          The code reads a token from the variable HILUM_TOKEN: make one in Users, Tokens. The token’s role decides what
          it may do.
        </p>
        <LanguageChoice language={language} onChoose={choose} />
        {calls.map(([id, input]) => (
          <Sample
            key={id}
            head={
              <h3>
                {summaries[id]}{" "}
                <Go to={`/dev/api?operation=${id}`} className="small" onClick={onClose}>
                  <code>{id}</code>
                  <span className="vh"> in the API explorer</span>
                </Go>
              </h3>
            }
            operation={{ id, ...asDeclared(factsOf(id)) }}
            input={input ?? {}}
            language={language}
          />
        ))}
        <div className="row">
          <Button
            leftSection={<IconDownload size={16} aria-hidden />}
            onClick={() => void download("getApiDescription", {}, "hilum-openapi.json")}
          >
            Download the API description
          </Button>
          <span className="small dim">OpenAPI 3.1, every operation</span>
        </div>
      </div>
    </Dialog>
  );
}

/** The facts of the console's small table in the words of the contract. */
const asDeclared = ({ method, path, access, bytes }: OperationFacts) => ({
  method: method as OperationSpec["method"],
  path,
  access,
  ...(bytes === true && { bodyType: "bytes" as const }),
});
