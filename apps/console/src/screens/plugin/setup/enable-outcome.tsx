import type { Instance, PluginDetail } from "@hilum/contract/api";
import { useEffect, useRef } from "react";
import type { ApiProblem } from "../../../api/api-problem.ts";
import type { AnswerById } from "../../../api/call.ts";
import { EvidenceOf } from "../../../look/evidence.tsx";
import { ApiProblemPanel } from "../../../look/problem.tsx";
import { GoButton } from "../../../shell/go.tsx";
import { nameOfPointer } from "@hilum/sdk/ui";
import { instancePart } from "../plugin-page.tsx";

/** Why a setup that was finished did not enable its instance. */
export interface Outcome {
  as: "live" | "test";
  gate?: AnswerById<"getEnableGate">;
  problem: ApiProblem | null;
}

/** The settings are saved; what stands between them and a running plugin, each with the place of its mend. */
export function EnableOutcome({
  outcome: { gate, problem },
  detail,
  instance,
}: {
  outcome: Outcome;
  detail: PluginDetail;
  instance: Instance;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const rows = gate?.rows ?? [];
  const failed = rows.filter(({ status }) => status === "failed");
  const [first] = failed;
  const part = instancePart(instance.instance);
  const settings = `/plugins/${detail.id}/settings?instance=${instance.instance}`;
  const placeOf = ({ link, field }: (typeof rows)[number]): string | undefined =>
    link ?? (field === undefined ? undefined : `${settings}&field=${nameOfPointer(field)}`);
  return (
    <section className="panel" aria-labelledby="outcome">
      <div className="hd">
        <h2 id="outcome" tabIndex={-1} ref={heading}>
          The settings are saved, and the plugin is not enabled yet
        </h2>
      </div>
      <div className="bd stack md">
        <p className="dim prose" role="status">
          {failed.length === 1 ? "One thing is in the way." : `${failed.length} things are in the way.`} Mend it, then
          press Enable on the plugin’s page.
        </p>
        {problem !== null && <ApiProblemPanel problem={problem} />}
      </div>
      <ul aria-label="Conditions of Enable" className="checks">
        {rows.map((row) => {
          const to = row.status === "failed" ? placeOf(row) : undefined;
          return (
            <EvidenceOf
              key={row.id}
              row={row}
              {...(to !== undefined && {
                actions: (
                  <GoButton to={to} variant={row === first ? "filled" : "default"} label={`Go there: ${row.title}`}>
                    Go there
                  </GoButton>
                ),
              })}
            />
          );
        })}
      </ul>
      <div className="ft actions">
        <GoButton to={`/plugins/${detail.id}${part}`}>Go to the plugin</GoButton>
      </div>
    </section>
  );
}
