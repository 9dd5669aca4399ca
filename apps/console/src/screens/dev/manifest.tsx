import type { ManifestReview } from "@hilum/contract/api";
import { NativeSelect } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { IconCopy, IconDownload, IconIndentIncrease } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { ApiProblem } from "../../api/api-problem.ts";
import { call, saveFile } from "../../api/call.ts";
import { reading, useRead } from "../../api/use-api.ts";
import { Panel } from "../../look/panel.tsx";
import { ApiProblemPanel } from "../../look/problem.tsx";
import { useMay } from "../../session/account.ts";
import { ActButton } from "../../shell/act-button.tsx";
import { ConfirmDialog } from "../../shell/confirm-dialog.tsx";
import { copyText } from "../../shell/copy.ts";
import { Go } from "../../shell/go.tsx";
import { Loaded } from "../../shell/loaded.tsx";
import { Review } from "../plugins/review.tsx";
import { applyFix } from "./apply-fix.ts";
import { CodeArea } from "./code-area.tsx";
import { DevPage } from "./dev-page.tsx";
import { ManifestProblems } from "./manifest-problems.tsx";
import { SchemaHelp } from "./schema-help.tsx";
import { example, useEditor, type Editor } from "./use-editor.ts";
import { useSettled } from "./use-settled.ts";

const route = getRouteApi("/app/dev/manifest");
/** The manifest as text, judged while it is typed: problems with their mends on the right, and what may stand at the cursor. */
export function ManifestScreen() {
  const search = route.useSearch();
  const schema = useRead("getManifestSchema", {});
  const editor = useEditor();
  const may = useMay("checkManifest");
  const settled = useSettled(editor.text);
  const check = useQuery<ManifestReview, ApiProblem>({
    queryKey: ["checkManifest", settled],
    queryFn: () => call("checkManifest", { body: { text: settled } }),
    enabled: may.allowed && settled.trim() !== "",
    placeholderData: (previous) => previous,
  });
  const problems = settled.trim() === "" ? [] : (check.data?.problems ?? []);
  const faulty = new Set(problems.flatMap(({ line }) => (line === undefined ? [] : [line])));
  return (
    <DevPage
      tab="Manifest"
      title="Manifest"
      lead="hilum.json says what a plugin is, provides and asks for. It is judged here as at registration, while you type."
      search={search}
      guard="checkManifest"
      reads={[schema]}
      calls={[["getManifestSchema"], ["checkManifest", { body: { text: "{…}" } }]]}
      commands={[{ id: "format", label: "Lay out the manifest anew", words: "format indent", run: editor.layOut }]}
    >
      <div className="grid builder wide">
        <div className="stack md">
          <StartFrom isOwn={editor.isOwn} onTake={editor.start} />
          <Panel label="Manifest" flush foot={<EditorActs editor={editor} />}>
            <CodeArea
              label="Text of hilum.json"
              describedBy="manifest-standing"
              value={editor.text}
              onChange={editor.write}
              onCursor={editor.setCursor}
              faulty={faulty}
              area={editor.area}
            />
          </Panel>
        </div>
        <div className="stack md">
          {check.error !== null && <ApiProblemPanel problem={check.error} level={2} />}
          <ManifestProblems
            id="manifest-standing"
            isChecking={settled !== editor.text || check.isFetching}
            review={settled.trim() === "" ? undefined : check.data}
            canMend={(problem) => settled === editor.text && applyFix(editor.text, problem) !== undefined}
            onGo={editor.goTo}
            onMend={editor.mend}
          />
          <Loaded query={schema} what="the schema">
            {(root) => <SchemaHelp schema={root} pointer={editor.pointer} />}
          </Loaded>
          {check.data !== undefined && problems.length === 0 && settled.trim() !== "" && (
            <details className="help">
              <summary>What a person reads before approving it</summary>
              <Review review={check.data} />
            </details>
          )}
        </div>
      </div>
    </DevPage>
  );
}

interface StartFromProps {
  /** What is written would be lost: it is asked first. */
  isOwn: boolean;
  onTake(text: string): void;
}

function StartFrom({ isOwn, onTake }: StartFromProps) {
  const plugins = useRead("listPlugins", {});
  const client = useQueryClient();
  const items = plugins.data?.items ?? [];
  const [id, setId] = useState("");
  const [asking, setAsking] = useState(false);
  const name = items.find((item) => item.id === id)?.name ?? "the example";
  const read = useMutation<string, ApiProblem>({
    mutationFn: async () => {
      if (id === "") return example;
      const { manifest } = await client.fetchQuery(reading("getPlugin", { params: { plugin: id } }));
      return `${JSON.stringify(manifest, undefined, 2)}\n`;
    },
    onSuccess: (text) => {
      setAsking(false);
      onTake(text);
    },
  });
  return (
    <div className="filters bottom">
      <NativeSelect
        label="Start from"
        data={[{ value: "", label: "A small example" }, ...items.map((item) => ({ value: item.id, label: item.name }))]}
        value={id}
        onChange={(event) => setId(event.currentTarget.value)}
      />
      <ActButton running={read.isPending} onClick={() => (isOwn ? setAsking(true) : read.mutate())}>
        Take its manifest
      </ActButton>
      {read.error !== null && !asking && <ApiProblemPanel problem={read.error} />}
      {asking && (
        <ConfirmDialog
          title="Replace what is written?"
          confirm="Replace"
          running={read.isPending}
          problem={read.error}
          onConfirm={() => read.mutate()}
          onClose={() => setAsking(false)}
        >
          The manifest of {name} takes the place of your text. There is no way back to it: copy or download it first if
          you may want it again.
        </ConfirmDialog>
      )}
    </div>
  );
}

function EditorActs({ editor: { text, layOut } }: { editor: Editor }) {
  return (
    <>
      <button type="button" className="tbtn" onClick={layOut}>
        <IconIndentIncrease size={15} aria-hidden />
        Lay out anew
      </button>
      <button type="button" className="tbtn" onClick={() => void copyText(text, "Manifest copied")}>
        <IconCopy size={14} aria-hidden />
        Copy
      </button>
      <button
        type="button"
        className="tbtn"
        onClick={() => saveFile(new Blob([text], { type: "application/json" }), "hilum.json")}
      >
        <IconDownload size={15} aria-hidden />
        Download
      </button>
      <Go to="/plugins/add?from=paste">Register a manifest</Go>
    </>
  );
}
