import type { UpgradePreview, UpgradeStep } from "@hilum/contract/api";
import { Panel } from "../../look/panel.tsx";
import { many } from "../../text/format.ts";
import { ByHandList } from "./upgrade-diffs.tsx";

/** The numbered upgrades between the folder's SDK and the newest, and what each finds. */
export function UpgradeSteps({ preview: { steps, declares, to } }: { preview: UpgradePreview }) {
  return (
    <Panel title="Steps" foot={<span>Each is made after the one before it; a second run finds nothing.</span>}>
      {steps.length === 0 ? (
        <p className="dim">The folder is at SDK {to} already.</p>
      ) : (
        <ol className="stack md">
          {steps.map((step) => (
            <li key={step.number} value={step.number}>
              <p>
                <strong>{step.title}</strong> <span className="small dim">SDK {step.version}</span>
              </p>
              <p className="small">{step.why}</p>
              <p className="small dim">{findingOf(step)}</p>
              <ByHandList items={step.byHand} />
            </li>
          ))}
        </ol>
      )}
      <ByHandList items={declares.byHand} />
    </Panel>
  );
}

function findingOf({ files, byHand }: UpgradeStep): string {
  if (files.length === 0) return byHand.length === 0 ? "Nothing to change." : "Nothing that is certain.";
  return `Changes ${many(files.length, "file")}: ${files.join(", ")}.`;
}
