import type { Repair } from "@hilum/contract/api";
import { StatusIcon, toneOf } from "../../look/status.tsx";
import { GoButton } from "../../shell/go.tsx";
import { moment } from "../../text/format.ts";
import { severityWord } from "../../text/words.ts";

/** Open problems, worst first, each with the button that leads to its mend. */
export function RepairList({ repairs, limit }: { repairs: readonly Repair[]; limit?: number }) {
  return (
    <ul className="problems">
      {repairs.slice(0, limit).map((repair, at) => {
        const word = severityWord[repair.severity];
        return (
          <li key={repair.id} data-tone={toneOf(word)}>
            <span className="ic">
              <StatusIcon word={word} size={20} />
            </span>
            <div>
              <h3>{repair.title}</h3>
              <span className="small dim nowrap">
                {repair.severity}, since {moment(repair.since)}
              </span>
              <p className="why">
                {repair.why} {repair.fix}
              </p>
            </div>
            <div className="act">
              <GoButton
                to={repair.link.to}
                variant={at === 0 ? "filled" : "default"}
                label={`${repair.link.label}: ${repair.title}`}
              >
                {repair.link.label}
              </GoButton>
            </div>
          </li>
        );
      })}
    </ul>
  );
}
