import type { Instance, PluginDetail } from "@hilum/contract/api";
import type { UseQueryResult } from "@tanstack/react-query";
import { useState } from "react";
import type { ApiProblem } from "../../api/api-problem.ts";
import type { AnswerById } from "../../api/call.ts";
import { useAct, type Act } from "../../api/use-api.ts";
import { EvidenceOf } from "../../look/evidence.tsx";
import { Panel } from "../../look/panel.tsx";
import { ApiProblemPanel } from "../../look/problem.tsx";
import { ActButton } from "../../shell/act-button.tsx";
import { ConfirmDialog } from "../../shell/confirm-dialog.tsx";
import { GoButton } from "../../shell/go.tsx";
import { Loaded } from "../../shell/loaded.tsx";
import { nameOfPointer } from "@hilum/sdk/ui";
import { instanceQuery } from "./plugin-page.tsx";

type Gate = AnswerById<"getEnableGate">;

interface EnablePanelProps {
  detail: PluginDetail;
  instance: Instance;
  gate: UseQueryResult<Gate, ApiProblem>;
}

/** Enable is a gate: every row must hold now. It can be overridden, with a reason that stays in the audit log. */
export function EnablePanel({ detail, instance, gate }: EnablePanelProps) {
  const enable = useAct("enableInstance", (answer) =>
    answer.enabled ? `${detail.name} is enabled` : "Not enabled: a check failed",
  );
  const [tried, setTried] = useState<{ gate: Gate; at: number }>();
  const [overriding, setOverriding] = useState(false);
  const input = { params: { plugin: detail.id }, query: instanceQuery(instance.instance) };
  const run = async (reason?: string): Promise<void> => {
    const answer = await enable.run({ ...input, body: reason === undefined ? {} : { override: { reason } } });
    if (answer === undefined) return;
    setTried(answer.enabled ? undefined : { gate: answer.gate, at: Date.now() });
    setOverriding(false);
  };
  return (
    <Loaded query={gate} what="the conditions">
      {(read) => {
        // What Enable found holds until the conditions are read again.
        const fresh = tried !== undefined && tried.at >= gate.dataUpdatedAt;
        const shown = fresh ? tried.gate : read;
        const failed = shown.rows.filter(({ status }) => status === "failed").length;
        const next = instance.next === "enable" && failed === 0;
        return (
          <Panel
            title={titleOf(failed)}
            flush
            end={
              <>
                {(fresh || !shown.ready) && (
                  <ActButton compact may={enable.may} variant="subtle" onClick={() => setOverriding(true)}>
                    Enable anyway
                  </ActButton>
                )}
                <ActButton
                  compact
                  may={enable.may}
                  variant={next ? "filled" : "default"}
                  running={enable.running}
                  onClick={() => void run()}
                >
                  Enable
                </ActButton>
              </>
            }
          >
            {enable.problem !== null && !overriding && (
              <div style={{ padding: "0 20px 14px" }}>
                <ApiProblemPanel problem={enable.problem} />
              </div>
            )}
            <GateRows rows={shown.rows} detail={detail} instance={instance} />
            {overriding && (
              <OverrideDialog
                name={detail.name}
                enable={enable}
                onClose={() => setOverriding(false)}
                onConfirm={(reason) => void run(reason)}
              />
            )}
          </Panel>
        );
      }}
    </Loaded>
  );
}

function titleOf(failed: number): string {
  if (failed === 0) return "Ready to enable";
  return failed === 1 ? "One thing is in the way" : `${failed} things are in the way`;
}

function GateRows({ rows, detail, instance }: { rows: Gate["rows"]; detail: PluginDetail; instance: Instance }) {
  const settings = `/plugins/${detail.id}/settings?instance=${instance.instance}`;
  return (
    <ul aria-label="Conditions of Enable" aria-live="polite">
      {rows.map((row) => {
        const to = row.link ?? (row.field === undefined ? undefined : `${settings}&field=${nameOfPointer(row.field)}`);
        const leads = to !== undefined && row.status !== "passed";
        return (
          <EvidenceOf
            key={row.id}
            row={row}
            {...(leads && {
              actions: (
                <GoButton to={to} label={`Go there: ${row.title}`}>
                  Go there
                </GoButton>
              ),
            })}
          />
        );
      })}
    </ul>
  );
}

interface OverrideDialogProps {
  name: string;
  enable: Act<"enableInstance">;
  onConfirm(reason: string): void;
  onClose(): void;
}

function OverrideDialog({ name, enable, onConfirm, onClose }: OverrideDialogProps) {
  return (
    <ConfirmDialog
      title={`Enable ${name} although a check fails?`}
      confirm="Enable anyway"
      danger
      reason="required"
      running={enable.running}
      problem={enable.problem}
      onClose={onClose}
      onConfirm={onConfirm}
    >
      The failed checks stay failed; what depends on them may not work. Isolation and access decisions cannot be
      overridden. Disable it at any time.
    </ConfirmDialog>
  );
}
