import { Button } from "@mantine/core";
import { IconCopy, IconDownload } from "@tabler/icons-react";
import { download, factsOf } from "../api/call.ts";
import { curlOf } from "../api/operation-facts.ts";
import { copyText } from "./copy.ts";
import type { ShownCall } from "./page.tsx";
import { Dialog } from "./dialog.tsx";

/** The page's requests as a program would send them. */
export function ApiCallDialog({ calls, onClose }: { calls: readonly ShownCall[]; onClose(): void }) {
  return (
    <Dialog onClose={onClose} title="The same by program" size={700}>
      <div className="stack md">
        <p className="dim">
          Put a token from Users, Tokens where it says $HILUM_TOKEN. The token’s role decides what it may do.
        </p>
        {calls.map(([id, input]) => {
          const text = curlOf(factsOf(id), input ?? {}, location.origin);
          return (
            <section key={id} className="stack sm">
              <div className="row between">
                <h3>
                  {factsOf(id).summary} <code className="small dim">{id}</code>
                </h3>
                <button
                  type="button"
                  className="tbtn"
                  onClick={() => void copyText(text, "Call copied")}
                  aria-label={`Copy the call ${id}`}
                >
                  <IconCopy size={14} aria-hidden />
                  Copy
                </button>
              </div>
              <pre className="reply">{text}</pre>
            </section>
          );
        })}
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
