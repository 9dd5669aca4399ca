import type { Instance, PluginDetail } from "@hilum/contract/api";
import type { UseQueryResult } from "@tanstack/react-query";
import { useState } from "react";
import type { ApiProblem } from "../../api/api-problem.ts";
import type { AnswerById } from "../../api/call.ts";
import { useAct } from "../../api/use-api.ts";
import { EvidenceOf } from "../../look/evidence.tsx";
import { Panel } from "../../look/panel.tsx";
import { ApiProblemPanel } from "../../look/problem.tsx";
import { ActButton } from "../../shell/act-button.tsx";
import { ConfirmDialog } from "../../shell/confirm-dialog.tsx";
import { GoButton } from "../../shell/go.tsx";
import { Loaded } from "../../shell/loaded.tsx";
import { nameOfPointer } from "./config-draft.ts";
import { instancePart, instanceQuery } from "./plugin-page.tsx";

type Gate = AnswerById<"getEnableGate">;

/** Enable is a gate: every row must hold now. It can be overridden, with a reason that stays in the audit log. */
export function EnablePanel({
  detail,
  instance,
  gate,
}: {
  detail: PluginDetail;
  instance: Instance;
  gate: UseQueryResult<Gate, ApiProblem>;
}) {
  const enable = useAct("enableInstance", (answer) =>
    answer.enabled ? `${detail.name} is enabled` : "Not enabled: a check failed",
  );
  const [tried, setTried] = useState<Gate>();
  const [overriding, setOverriding] = useState(false);
  const input = { params: { plugin: detail.id }, query: instanceQuery(instance.instance) };
  const run = async (reason?: string): Promise<void> => {
    const answer = await enable.run({ ...input, body: reason === undefined ? {} : { override: { reason } } });
    if (answer === undefined) return;
    setTried(answer.enabled ? undefined : answer.gate);
    setOverriding(false);
  };
  return (
    <Loaded query={gate} what="the conditions">
      {(read) => {
        const shown = tried ?? read;
        const failed = shown.rows.filter(({ status }) => status === "failed").length;
        return (
          <Panel
            title={
              failed === 0
                ? "Ready to enable"
                : failed === 1
                  ? "One thing is in the way"
                  : `${failed} things are in the way`
            }
            flush
            end={
              <>
                {(tried !== undefined || !shown.ready) && (
                  <ActButton compact may={enable.may} variant="subtle" onClick={() => setOverriding(true)}>
                    Enable anyway
                  </ActButton>
                )}
                <ActButton
                  compact
                  may={enable.may}
                  variant={instance.next === "enable" && failed === 0 ? "filled" : "default"}
                  running={enable.running}
                  onClick={() => void run()}
                >
                  Enable
                </ActButton>
              </>
            }
          >
            {enable.problem !== null && (
              <div className="bd" style={{ padding: "0 20px 14px" }}>
                <ApiProblemPanel problem={enable.problem} />
              </div>
            )}
            <ul aria-label="Conditions of Enable" aria-live="polite">
              {shown.rows.map((row) => {
                const to =
                  row.link ??
                  (row.field === undefined
                    ? undefined
                    : `/plugins/${detail.id}/settings${instancePart(instance.instance)}${instance.instance === "default" ? "?" : "&"}field=${nameOfPointer(row.field)}`);
                return (
                  <EvidenceOf
                    key={row.id}
                    row={row}
                    {...(to !== undefined &&
                      row.status !== "passed" && { actions: <GoButton to={to}>Go there</GoButton> })}
                  />
                );
              })}
            </ul>
            {overriding && (
              <ConfirmDialog
                title={`Enable ${detail.name} although a check fails?`}
                confirm="Enable anyway"
                danger
                reason="required"
                running={enable.running}
                problem={enable.problem}
                onClose={() => setOverriding(false)}
                onConfirm={(reason) => void run(reason)}
              >
                The failed checks stay failed; what depends on them may not work. Isolation and access decisions cannot
                be overridden. Disable it at any time.
              </ConfirmDialog>
            )}
          </Panel>
        );
      }}
    </Loaded>
  );
}
