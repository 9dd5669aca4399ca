import { IconCopy } from "@tabler/icons-react";
import { useState } from "react";
import { useRead } from "../../api/use-api.ts";
import { Panel } from "../../look/panel.tsx";
import { Empty } from "../../look/pictures.tsx";
import { copyText } from "../../shell/copy.ts";
import { Go } from "../../shell/go.tsx";
import { WaitingRegistrations } from "./waiting.tsx";

const snippets = {
  curl: (origin: string) => `curl -X POST -H "Content-Type: application/json" \\
  -d '{"id":"com.example.plugin","name":"Example Plugin","capabilities":["send_messages"]}' \\
  ${origin}/api/v1/plugins/register`,
  Python: (origin: string) => `import json, urllib.request

manifest = {
    "id": "com.example.plugin",
    "name": "Example Plugin",
    "capabilities": ["send_messages", "store_records"],
}
request = urllib.request.Request(
    "${origin}/api/v1/plugins/register",
    data=json.dumps(manifest).encode(),
    headers={"Content-Type": "application/json"},
)
print(urllib.request.urlopen(request).read().decode())`,
  Node: (origin: string) => `import { register } from "@hilum/sdk";

const answer = await register(
  {
    id: "com.example.plugin",
    name: "Example Plugin",
    capabilities: ["send_messages", "store_records"],
  },
  { url: "${origin}" },
);
console.log(answer.console);`,
};
type Language = keyof typeof snippets;

/** A program registers its plugin itself; it then waits here, without rights, until somebody approves it. */
export function FromProgram() {
  const [language, setLanguage] = useState<Language>("curl");
  const registrations = useRead("listRegistrations", {}, { everyMs: 3000 });
  const text = snippets[language](location.origin);
  return (
    <div className="stack lg">
      <Panel
        title="Run this on the machine where Hilum runs"
        end={
          <button type="button" className="tbtn" onClick={() => void copyText(text, "Program copied")}>
            <IconCopy size={14} aria-hidden />
            Copy
          </button>
        }
      >
        <div className="stack md">
          <div className="row" role="group" aria-label="Language">
            {(Object.keys(snippets) as Language[]).map((name) => (
              <button
                key={name}
                type="button"
                className="chip"
                aria-pressed={language === name}
                onClick={() => setLanguage(name)}
              >
                {name}
              </button>
            ))}
          </div>
          <pre className="reply">{text}</pre>
          <p className="small dim">
            Without a token it works only from this machine, and the plugin waits below. With a{" "}
            <Go to="/users/tokens">token</Go> it works from anywhere and is registered at once. The local certificate
            must be trusted first: Hilum said how when it started.
          </p>
        </div>
      </Panel>
      <div aria-live="polite">
        {registrations.data !== undefined && registrations.data.items.length > 0 ? (
          <WaitingRegistrations registrations={registrations.data.items} />
        ) : (
          <Panel flush label="Waiting registrations">
            <Empty title="Nothing waits yet">
              As soon as the program has run, its plugin appears here for your approval.
            </Empty>
          </Panel>
        )}
      </div>
    </div>
  );
}
