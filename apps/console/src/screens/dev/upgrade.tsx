import type { Plugin, Upgraded, UpgradePreview } from "@hilum/contract/api";
import { getRouteApi } from "@tanstack/react-router";
import { IconArrowUp, IconDownload } from "@tabler/icons-react";
import { useState } from "react";
import { useAct, useDownload, useRead } from "../../api/use-api.ts";
import { KeyValue, Panel } from "../../look/panel.tsx";
import { Advice, ApiProblemPanel } from "../../look/problem.tsx";
import { ActButton } from "../../shell/act-button.tsx";
import { GoButton } from "../../shell/go.tsx";
import { Loaded } from "../../shell/loaded.tsx";
import { many } from "../../text/format.ts";
import { DevPage } from "./dev-page.tsx";
import { ForLinked, useSubject } from "./subject.tsx";
import { ByHandList, UpgradeDiffs } from "./upgrade-diffs.tsx";
import { UpgradeSteps } from "./upgrade-steps.tsx";

const route = getRouteApi("/app/dev/upgrade");

/** What bringing a linked folder to the newest SDK changes, before and as it is done. */
export function UpgradeScreen() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const subject = useSubject(search);
  const params = { plugin: subject.plugin?.id ?? "com.example.plugin" };
  return (
    <DevPage
      tab="Upgrade"
      title="Upgrade"
      lead="Bring the code of a linked folder to the newest SDK: every change is shown first, and what is uncertain is left to you."
      search={subject.search}
      guard="previewUpgrade"
      reads={[subject.query]}
      calls={[
        ["previewUpgrade", { params }],
        ["downloadUpgrade", { params }],
        ["upgradePlugin", { params, body: { basis: "0".repeat(64) } }],
      ]}
      offers={["upgradePlugin"]}
    >
      <ForLinked
        subject={subject}
        onChoose={(next) => void navigate({ search: next, replace: true })}
        otherwise="An upgrade changes the folder that a plugin is developed in. Link it, or choose another plugin above."
      >
        {(plugin) => <UpgradeView key={plugin.id} plugin={plugin} />}
      </ForLinked>
    </DevPage>
  );
}

function UpgradeView({ plugin }: { plugin: Plugin }) {
  const preview = useRead("previewUpgrade", { params: { plugin: plugin.id } });
  const [done, setDone] = useState<Upgraded>();
  return (
    <div className="stack md">
      {done !== undefined && <Done plugin={plugin} done={done} />}
      <Loaded query={preview} what="what an upgrade would change">
        {(data) => (
          <div className="stack md">
            <Standing plugin={plugin} preview={data} onDone={setDone} />
            <UpgradeSteps preview={data} />
            <UpgradeDiffs preview={data} />
          </div>
        )}
      </Loaded>
    </div>
  );
}

interface StandingProps {
  plugin: Plugin;
  preview: UpgradePreview;
  onDone(done: Upgraded): void;
}

function Standing({ plugin, preview, onDone }: StandingProps) {
  const { from, declaredIn, to, files, basis } = preview;
  const params = { plugin: plugin.id };
  const upgrade = useAct("upgradePlugin", (answer) => `${many(answer.files.length, "file")} changed`);
  const save = useDownload("downloadUpgrade", { params }, `${plugin.id}-to-sdk-${to}.patch`, "Patch downloaded");
  const blocked = files.length === 0 ? "There is nothing that can be changed by itself." : undefined;
  const problem = upgrade.problem ?? save.problem;
  const submit = async (): Promise<void> => {
    const answer = await upgrade.run({ params, body: { basis } });
    if (answer !== undefined) onDone(answer);
  };
  return (
    <Panel title="Where it stands">
      <div className="stack md">
        <KeyValue
          rows={{
            "Written for SDK": from === undefined ? "The folder does not say" : `${from}, by ${declaredIn ?? ""}`,
            "Newest SDK": to,
            "Files that change": files.length === 0 ? "None" : many(files.length, "file"),
          }}
        />
        {problem !== null && <ApiProblemPanel problem={problem} />}
        <div className="row">
          <ActButton
            variant="filled"
            may={upgrade.may}
            running={upgrade.running}
            blocked={blocked}
            leftSection={<IconArrowUp size={16} aria-hidden />}
            onClick={() => void submit()}
          >
            Upgrade the folder
          </ActButton>
          <ActButton
            may={save.may}
            running={save.running}
            blocked={blocked}
            leftSection={<IconDownload size={16} aria-hidden />}
            onClick={() => void save.start()}
          >
            Download as a patch
          </ActButton>
        </div>
        <p className="small dim">
          All files are written or none. They are kept as they were in <code>.hilum</code> of the folder, and nothing of
          the plugin is run.
        </p>
      </div>
    </Panel>
  );
}

function Done({ plugin, done }: { plugin: Plugin; done: Upgraded }) {
  return (
    <Panel title={done.byHand.length === 0 ? `The folder is at SDK ${done.to}` : "Some places are left to you"}>
      <div className="stack md">
        <p>
          {done.files.length === 0 ? "No file changed." : `Changed: ${done.files.join(", ")}.`}
          {done.backup !== undefined && ` As they were: ${done.backup}.`}
        </p>
        <ByHandList items={done.byHand} />
        {done.manifestChanged && (
          <Advice tone="info" title="hilum.json has changed">
            Link the folder again, so that the new manifest is looked at and approved.{" "}
            <GoButton to="/plugins/add?from=folder">Link {plugin.name} again</GoButton>
          </Advice>
        )}
      </div>
    </Panel>
  );
}
