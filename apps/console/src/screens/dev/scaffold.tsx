import type { Scaffold, ScaffoldChoice } from "@hilum/contract/api";
import { IconDownload, IconFolderPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ApiProblem } from "../../api/api-problem.ts";
import { call } from "../../api/call.ts";
import { useAct, useDownload, useRead } from "../../api/use-api.ts";
import { Panel } from "../../look/panel.tsx";
import { ApiProblemPanel } from "../../look/problem.tsx";
import { useMay } from "../../session/account.ts";
import { ActButton } from "../../shell/act-button.tsx";
import { useGo } from "../../shell/go.tsx";
import { Loaded } from "../../shell/loaded.tsx";
import { DevPage } from "./dev-page.tsx";
import { FileTree } from "./file-tree.tsx";
import { ScaffoldForm } from "./scaffold-form.tsx";
import { useSettled } from "./use-settled.ts";

const first: ScaffoldChoice = {
  language: "node",
  id: "com.example.first",
  name: "First plugin",
  capabilities: ["send_messages"],
  pages: false,
};

/** A new plugin: what it is to be on the left, the files that it would get on the right, as they would be written. */
export function ScaffoldScreen() {
  const choices = useRead("listScaffolds", {});
  const [choice, setChoice] = useState(first);
  const settled = useSettled(choice);
  const may = useMay("previewScaffold");
  const preview = useQuery<Scaffold, ApiProblem>({
    queryKey: ["previewScaffold", settled],
    queryFn: () => call("previewScaffold", { body: settled }),
    enabled: may.allowed && settled.capabilities.length > 0,
    placeholderData: (previous) => previous,
    retry: false,
  });
  // What was right before stays in sight while a field is being mended.
  const [good, setGood] = useState<Scaffold>();
  if (preview.data !== undefined && preview.data !== good) setGood(preview.data);
  const body = choice;
  return (
    <DevPage
      tab="Scaffold"
      title="Scaffold a plugin"
      lead="Say what it is to be. What you get runs and passes its own tests at once; then make it yours."
      guard="previewScaffold"
      reads={[choices]}
      calls={[
        ["listScaffolds"],
        ["previewScaffold", { body }],
        ["downloadScaffold", { body }],
        ["scaffoldPlugin", { body }],
      ]}
      offers={["scaffoldPlugin"]}
    >
      <Loaded query={choices} what="what a plugin can begin with">
        {(data) => (
          <div className="grid builder">
            <Panel title="What it is to be">
              <div className="stack md">
                <ScaffoldForm choices={data} choice={choice} problem={preview.error} onChange={setChoice} />
                <ScaffoldActs choice={choice} preview={preview.error === null ? preview.data : undefined} />
              </div>
            </Panel>
            <Preview preview={preview.data ?? good} problem={preview.error} isBehind={settled !== choice} />
          </div>
        )}
      </Loaded>
    </DevPage>
  );
}

function ScaffoldActs({ choice, preview }: { choice: ScaffoldChoice; preview: Scaffold | undefined }) {
  const go = useGo();
  const create = useAct("scaffoldPlugin", ({ path }) => `Created in ${path} and linked`);
  const save = useDownload("downloadScaffold", { body: choice }, `${choice.id}.zip`, "Files downloaded");
  const blocked = preview === undefined ? "Mend the named fields first." : undefined;
  const submit = async (): Promise<void> => {
    const answer = await create.run({ body: choice });
    if (answer !== undefined) go(`/plugins/${answer.plugin}`);
  };
  const problem = create.problem ?? save.problem;
  return (
    <>
      {problem !== null && <ApiProblemPanel problem={problem} />}
      <div className="row">
        <ActButton
          variant="filled"
          may={create.may}
          running={create.running}
          blocked={blocked}
          leftSection={<IconFolderPlus size={16} aria-hidden />}
          onClick={() => void submit()}
        >
          Create in the workspace
        </ActButton>
        <ActButton
          compact
          may={save.may}
          running={save.running}
          blocked={blocked}
          leftSection={<IconDownload size={16} aria-hidden />}
          onClick={() => void save.start()}
        >
          Download
        </ActButton>
      </div>
      <p className="small dim">
        Creating writes one new folder, links it and replaces nothing. The plugin gets no rights by it.
      </p>
    </>
  );
}

interface PreviewProps {
  preview: Scaffold | undefined;
  problem: ApiProblem | null;
  isBehind: boolean;
}

function Preview({ preview, problem, isBehind }: PreviewProps) {
  const told =
    problem !== null && preview !== undefined
      ? "These are the files of what was right before."
      : isBehind
        ? "Reading the files…"
        : preview === undefined
          ? "Nothing to show yet."
          : `${preview.files.length} files. Its tests: ${preview.test}`;
  return (
    <Panel title="Files that it gets" flush foot={<span role="status">{told}</span>}>
      {preview === undefined ? (
        <p className="pad dim">
          {problem === null ? "The files appear here as soon as the fields are filled in." : problem.detail}
        </p>
      ) : (
        <FileTree root={preview.folder} files={preview.files} />
      )}
    </Panel>
  );
}
