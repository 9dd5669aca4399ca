import { IconRefresh } from "@tabler/icons-react";
import { useAct, useRead } from "../../api/use-api.ts";
import { Panel, TableRegion } from "../../look/panel.tsx";
import { ApiProblemPanel, Problem } from "../../look/problem.tsx";
import { Status } from "../../look/status.tsx";
import { ActButton } from "../../shell/act-button.tsx";
import { Loaded } from "../../shell/loaded.tsx";
import { Page } from "../../shell/page.tsx";
import { moment } from "../../text/format.ts";
import { SettingsTabs } from "./settings-tabs.tsx";

export function SandboxScreen() {
  const sandbox = useRead("getSandbox", {});
  const check = useAct("checkSandbox", (answer) =>
    answer.level === "isolated" ? "Every control holds" : "Plugins cannot be isolated",
  );
  return (
    <Page
      title="Sandbox"
      lead="How plugins are kept apart from this machine and from each other. The operating system is the boundary; Hilum attacks it at start and tells what holds."
      crumbs={[{ text: "Settings", to: "/settings" }]}
      tabs={<SettingsTabs at="Sandbox" />}
      actions={
        <ActButton
          may={check.may}
          running={check.running}
          leftSection={<IconRefresh size={16} aria-hidden />}
          onClick={() => void check.run()}
        >
          Check again
        </ActButton>
      }
      reads={[sandbox]}
      calls={[["getSandbox"], ["checkSandbox"]]}
    >
      <Loaded query={sandbox} what="the sandbox">
        {(status) => (
          <div className="stack lg">
            {check.problem !== null && <ApiProblemPanel problem={check.problem} />}
            {status.level === "isolated" ? (
              <Problem tone="ok" title="Plugins are isolated" end={`checked ${moment(status.checkedAt)}`}>
                <p>A plugin sees its own code and nothing else: no files, no network, no other process.</p>
              </Problem>
            ) : (
              <Problem
                title="Plugins cannot be isolated on this machine"
                end={`checked ${moment(status.checkedAt)}`}
                why={status.reason}
                todo={status.fix ?? "Put the missing part in place, then press Check again."}
                what="Plugins that need a sandbox are refused. The practice mailbox still works: it is Hilum’s own code."
              />
            )}
            <Panel title="Controls" flush>
              <TableRegion label="Controls of the sandbox" minWidth={620} className="t top">
                <thead>
                  <tr>
                    <th scope="col">Control</th>
                    <th scope="col">State</th>
                    <th scope="col">How it is done and proved</th>
                  </tr>
                </thead>
                <tbody>
                  {status.controls.map(({ name, state, how, detail }) => (
                    <tr key={name} data-hot={state === "missing" || undefined}>
                      <th scope="row">{name}</th>
                      <td>
                        <Status word={state === "active" ? "Active" : "Missing"} quiet={state === "active"} />
                      </td>
                      <td>
                        {how}
                        {detail !== undefined && <span className="sub">{detail}</span>}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </TableRegion>
            </Panel>
          </div>
        )}
      </Loaded>
    </Page>
  );
}
