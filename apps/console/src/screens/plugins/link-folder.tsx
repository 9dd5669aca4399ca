import { TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { problemAt } from "../../api/api-problem.ts";
import { useAct } from "../../api/use-api.ts";
import { Panel } from "../../look/panel.tsx";
import { Advice, ApiProblemPanel } from "../../look/problem.tsx";
import { ActButton } from "../../shell/act-button.tsx";
import { useGo } from "../../shell/go.tsx";
import { nextPage } from "./next-page.ts";

/** For plugin developers: the plugin runs from a folder on the server and starts again when its files change. */
export function LinkFolder() {
  const link = useAct("linkFolder", (answer) =>
    answer.outcome === "revision_waits" ? "The change waits for approval in Plugins" : "Folder linked",
  );
  const [path, setPath] = useState("");
  const go = useGo();
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const answer = await link.run({ body: { path: path.trim() } });
    if (answer !== undefined)
      go(answer.outcome === "revision_waits" ? "/plugins" : nextPage(answer.plugin, answer.next));
  };
  return (
    <div className="stack md">
      <Advice tone="info" title="For development.">
        The code runs in the sandbox like every plugin, but its files may change at any time. In production add packaged
        plugins.
      </Advice>
      <Panel title="Link a folder on the server">
        <form className="stack md fields" onSubmit={(event) => void submit(event)}>
          {link.problem !== null && <ApiProblemPanel problem={link.problem} />}
          <TextInput
            label="Folder"
            description="Full path on the machine where Hilum runs. It holds hilum.json and the code that its runtime names."
            placeholder="/srv/plugins/my-plugin"
            required
            spellCheck={false}
            value={path}
            error={problemAt(link.problem, "/path")}
            onChange={(event) => setPath(event.currentTarget.value)}
          />
          <div className="row">
            <ActButton
              type="submit"
              variant="filled"
              may={link.may}
              running={link.running}
              blocked={path.trim() === "" ? "Name a folder first." : undefined}
            >
              Link the folder
            </ActButton>
          </div>
        </form>
      </Panel>
    </div>
  );
}
