import type { Verification } from "@hilum/contract/api";
import { Button } from "@mantine/core";
import { IconCopy, IconDownload } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, type ReactNode } from "react";
import { saveFile, type AnswerById } from "../../api/call.ts";
import { useAct, useRead } from "../../api/use-api.ts";
import { KeyValue } from "../../look/panel.tsx";
import { ChainStrip } from "../../look/pictures.tsx";
import { Problem } from "../../look/problem.tsx";
import { ActButton } from "../../shell/act-button.tsx";
import { copyText } from "../../shell/copy.ts";
import { actorName, clock, count, duration, many, moment, shortHash } from "../../text/format.ts";

type Status = AnswerById<"getAuditStatus">;

/** The newest verification: how far it is, that all is well, or exactly which entry is not what was written. */
export function VerificationPanel({
  status,
  begun,
  starting,
  onOpen,
}: {
  status: Status;
  begun: Verification | undefined;
  starting: boolean;
  onOpen(entry: number): void;
}) {
  const client = useQueryClient();
  // Somebody else may have started one since.
  const newest =
    begun === undefined || begun.startedAt < (status.verification?.startedAt ?? "") ? status.verification : begun;
  const progress = useRead(
    "getVerification",
    { params: { verification: newest?.id ?? "" } },
    { enabled: newest?.state === "running", everyMs: 500 },
  );
  const verification = progress.data !== undefined && progress.data.id === newest?.id ? progress.data : newest;
  const ending = newest?.state === "running" && verification?.state !== "running";
  useEffect(() => {
    // Its own entries, and what the dashboard says of the log, are newer now.
    if (ending) for (const id of ["searchAudit", "getAuditStatus"]) void client.invalidateQueries({ queryKey: [id] });
  }, [ending, client]);
  if (verification === undefined) return <NeverVerified status={status} starting={starting} />;
  if (verification.state === "running") return <Running verification={verification} />;
  if (verification.state === "cancelled") {
    return (
      <Problem tone="idle" title="The last verification was stopped" end={ended(verification)}>
        <p>
          It had read {count(verification.done)} of {many(verification.total, "entry", "entries")}. Press Verify to
          start again.
        </p>
        <Facts status={status} />
      </Problem>
    );
  }
  return verification.ok === true ? (
    <Unbroken verification={verification} status={status} />
  ) : (
    <Broken verification={verification} onOpen={onOpen} />
  );
}

function NeverVerified({ status, starting }: { status: Status; starting: boolean }) {
  return (
    <Problem tone="idle" title={starting ? "Verification begins" : "Not verified yet"}>
      <p>
        Verify reads every entry from the disk, computes its hash and all others from it, and compares the result with
        the signed checkpoints.
      </p>
      <Facts status={status} />
    </Problem>
  );
}

function Running({ verification }: { verification: Verification }) {
  const cancel = useAct("cancelVerification", ({ state }) =>
    state === "cancelled" ? "Verification stopped" : "Verification was already done",
  );
  const percent = verification.total === 0 ? 100 : Math.floor((100 * verification.done) / verification.total);
  return (
    <Problem
      tone="info"
      title="Verifying the log"
      end={`since ${clock(verification.startedAt)}`}
      actions={
        <ActButton
          may={cancel.may}
          running={cancel.running}
          onClick={() => void cancel.run({ params: { verification: verification.id } })}
        >
          Stop
        </ActButton>
      }
    >
      <p role="status">
        {count(verification.done)} of {many(verification.total, "entry", "entries")}, {percent} %
      </p>
      <progress
        value={verification.done}
        max={Math.max(1, verification.total)}
        aria-label="Entries verified"
        style={{ width: "100%", accentColor: "var(--hl-accent)" }}
      />
    </Problem>
  );
}

function ended(verification: Verification): ReactNode {
  if (verification.finishedAt === undefined) return moment(verification.startedAt);
  const took = new Date(verification.finishedAt).getTime() - new Date(verification.startedAt).getTime();
  return `${moment(verification.finishedAt)}, took ${duration(took)}`;
}

function Unbroken({ verification, status }: { verification: Verification; status: Status }) {
  const size = verification.size ?? verification.done;
  return (
    <Problem tone="ok" title={`Unbroken: all ${many(size, "entry", "entries")} verified`} end={ended(verification)}>
      <p>
        Nothing was changed, removed or put in between. The result matches the signed checkpoint. Verified by{" "}
        {actorName(verification.by)}.
      </p>
      <div style={{ marginTop: 12 }}>
        <ChainStrip />
        <p className="chain-say">
          <span>Entry 0</span>
          <span>Entry {count(Math.max(0, size - 1))}</span>
        </p>
      </div>
      <Facts status={status} root={verification.root} />
    </Problem>
  );
}

function Broken({ verification, onOpen }: { verification: Verification; onOpen(entry: number): void }) {
  const first = verification.problems.toSorted((a, b) => (a.index ?? Infinity) - (b.index ?? Infinity))[0];
  const size = verification.size ?? verification.total;
  const index = first?.index;
  const report = (): void =>
    saveFile(
      new Blob([JSON.stringify(verification, null, 2)], { type: "application/json" }),
      `hilum-audit-verification-${verification.id}.json`,
    );
  return (
    <Problem
      title={index === undefined ? "The log does not verify" : `The log is broken at entry ${count(index)}`}
      end={ended(verification)}
      what={first?.message ?? "The log on the disk is not what was signed."}
      why="The file was changed outside Hilum, or the disk is damaged."
      todo="Keep the disk as it is. Save the report and give it to the compliance officer. Entries before the named one are proven; later ones may not be."
      {...(first?.expected !== undefined &&
        first.found !== undefined && {
          replyFrom: `The two fingerprints, in ${first.file}; what differs is underlined`,
          reply: <Difference expected={first.expected} found={first.found} />,
        })}
      actions={
        <>
          <Button variant="filled" leftSection={<IconDownload size={16} aria-hidden />} onClick={report}>
            Save the report
          </Button>
          {index !== undefined && <Button onClick={() => onOpen(index)}>Open entry {count(index)}</Button>}
        </>
      }
      code="audit.broken"
    >
      {index !== undefined && (
        <div style={{ margin: "14px 0 2px" }}>
          <ChainStrip brokenAt={size <= 1 ? 0 : index / (size - 1)} />
          <p className="chain-say">
            <span>{index === 0 ? "nothing before it" : `0 to ${count(index - 1)}: proven`}</span>
            <span style={{ color: "var(--hl-bad-fg)", fontWeight: 600 }}>
              {count(index)}: broken. {many(Math.max(0, size - index - 1), "later entry", "later entries")}
            </span>
          </p>
        </div>
      )}
      {verification.problems.length > 1 && (
        <ul className="stack sm" style={{ marginTop: 12 }} aria-label="All findings">
          {verification.problems.map((problem) => (
            <li key={`${problem.kind} ${problem.file} ${problem.index}`} className="small">
              <code>{problem.file}</code> {problem.message}
            </li>
          ))}
        </ul>
      )}
    </Problem>
  );
}

/** Two fingerprints in groups of four, with the groups that differ marked. */
function Difference({ expected, found }: { expected: string; found: string }) {
  const groups = (text: string): string[] => text.match(/.{1,4}/g) ?? [];
  const line = (own: string, other: string): ReactNode =>
    groups(own).map((group, at) => (group === groups(other)[at] ? `${group} ` : <mark key={at}>{group} </mark>));
  return (
    <>
      <span className="dim">signed at the time{"  "}</span>
      {line(expected, found)}
      {"\n"}
      <span className="dim">computed just now{"   "}</span>
      {line(found, expected)}
    </>
  );
}

function Facts({ status, root }: { status: Status; root?: string | undefined }) {
  const checkpoint = status.checkpoint;
  return (
    <div style={{ marginTop: 12 }}>
      <KeyValue
        inline
        rows={{
          Origin: <code>{status.origin}</code>,
          "Signed with": <code>{shortHash(status.publicKey)}</code>,
          Root: root === undefined ? undefined : <code>{shortHash(root)}</code>,
        }}
      />
      {checkpoint !== undefined && (
        <button type="button" className="tbtn" onClick={() => void copyText(checkpoint, "Signed checkpoint copied")}>
          <IconCopy size={14} aria-hidden />
          Copy the signed checkpoint
        </button>
      )}
    </div>
  );
}
