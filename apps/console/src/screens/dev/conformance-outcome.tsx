import type { ConformanceResult } from "@hilum/contract/api";
import { Button } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { saveFile } from "../../api/call.ts";
import { Evidence } from "../../look/evidence.tsx";
import { Facts, Panel } from "../../look/panel.tsx";
import { Status, type Word } from "../../look/status.tsx";
import { duration, exactly, shortDigest } from "../../text/format.ts";

const outcomeWord: Record<ConformanceResult["cases"][number]["outcome"], Word> = {
  passed: "Passed",
  failed: "Failed",
  skipped: "Not run",
};
const rank = { failed: 0, passed: 1, skipped: 2 } as const;
const groupTitles: Record<string, string> = {
  protocol: "Plugin protocol",
  send_messages: "Sends messages",
  ingress: "Takes webhooks in",
};

/** One run: the verdict, its numbers, and each case with what was seen, failures first. */
export function ConformanceOutcome({ result }: { result: ConformanceResult }) {
  const { counts, passed, cases } = result;
  const groups = [...new Set(cases.map(({ group }) => group))];
  return (
    <section className="stack md" aria-labelledby="conformance-run">
      <div className="row between">
        <div className="row">
          <h2 id="conformance-run">
            Run of <time dateTime={result.startedAt}>{exactly(result.startedAt)}</time>
          </h2>
          <Status word={passed ? "Passed" : "Failed"}>{passed ? "Conforms" : "Does not conform"}</Status>
        </div>
        <Button
          leftSection={<IconDownload size={16} aria-hidden />}
          onClick={() =>
            saveFile(
              new Blob([`${JSON.stringify(result, undefined, 2)}\n`], { type: "application/json" }),
              `conformance-${result.plugin.id}.json`,
            )
          }
        >
          Download the result
        </Button>
      </div>
      <Facts
        facts={[
          { term: "Passed", value: counts.passed, unit: `of ${cases.length}` },
          { term: "Failed", value: counts.failed },
          {
            term: "Not played",
            value: counts.skipped,
            note: counts.skipped > 0 ? "why is said below" : undefined,
          },
          { term: "Took", value: duration(result.durationMs) },
          {
            term: "Code",
            value: <code className="digest">{shortDigest(result.plugin.codeDigest)}</code>,
            note: `Hilum ${result.host.version}, protocol ${result.host.protocol}`,
          },
        ]}
      />
      {groups.map((group) => (
        <Panel key={group} title={groupTitles[group] ?? group} flush level={3}>
          <ul>
            {cases
              .filter((played) => played.group === group)
              .toSorted((a, b) => rank[a.outcome] - rank[b.outcome])
              .map(({ id, rule, outcome, why, durationMs }) => (
                <Evidence
                  key={id}
                  word={outcomeWord[outcome]}
                  title={rule}
                  detail={
                    <>
                      {why !== undefined && <span className={outcome === "failed" ? "fault" : undefined}>{why} </span>}
                      <code>{id}</code>
                    </>
                  }
                  end={outcome === "skipped" ? undefined : <span className="num nowrap">{duration(durationMs)}</span>}
                />
              ))}
          </ul>
        </Panel>
      ))}
    </section>
  );
}
