import "../marketplace.css";
import { submissionStates, type Submission } from "@hilum/contract/api";
import { Textarea } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { IconDownload } from "@tabler/icons-react";
import { useState } from "react";
import { useAct, useDownload, useRead } from "../../../api/use-api.ts";
import { KeyValue, Panel } from "../../../look/panel.tsx";
import { Empty, Pips } from "../../../look/pictures.tsx";
import { ApiProblemPanel } from "../../../look/problem.tsx";
import { Status } from "../../../look/status.tsx";
import { useAccount } from "../../../session/account.ts";
import { ActButton } from "../../../shell/act-button.tsx";
import { FormDialog } from "../../../shell/form-dialog.tsx";
import { GoButton } from "../../../shell/go.tsx";
import { Loaded } from "../../../shell/loaded.tsx";
import { Guarded, Page } from "../../../shell/page.tsx";
import { Paging } from "../../../shell/paging.tsx";
import { actorName, bytes, moment } from "../../../text/format.ts";
import { present } from "../../../text/search.ts";
import { MarketplaceTabs } from "../marketplace-tabs.tsx";
import { submissionKindTitles, submissionStateTitles, submissionWord } from "../market-words.ts";
import { aboutVersion, type ListedFile } from "./about-version.ts";
import { SubmittedListing } from "./submitted-listing.tsx";

const route = getRouteApi("/app/marketplace/review");

export function ReviewScreen() {
  return (
    <Guarded operation="listSubmissions" title="Review">
      <Review />
    </Guarded>
  );
}

/** What was handed in: two people other than who did it decide, one refusal ends it. */
function Review() {
  const { state, cursor } = route.useSearch();
  const navigate = route.useNavigate();
  const query = { ...present({ state, cursor }), limit: 20 };
  const submissions = useRead("listSubmissions", { query }, { everyMs: 15_000 });
  return (
    <Page
      title="Review"
      lead="Two people other than who handed it in approve what is published. One refusal ends it."
      crumbs={[{ text: "Marketplace", to: "/marketplace" }]}
      tabs={<MarketplaceTabs at="Review" />}
      reads={[submissions]}
      calls={[
        ["listSubmissions", { query }],
        ["reviewSubmission", { params: { submission: "{id}" }, body: { decision: "approve", note: "Read and tried" } }],
      ]}
      offers={["reviewSubmission"]}
      actions={<GoButton to="/marketplace/publish/new">Hand in a version</GoButton>}
    >
      <div className="filters" role="group" aria-label="Filter submissions">
        {([undefined, ...submissionStates] as const).map((choice) => (
          <button
            key={choice ?? "all"}
            type="button"
            className="chip"
            aria-pressed={state === choice}
            onClick={() => void navigate({ search: present({ state: choice }), replace: true })}
          >
            {choice === undefined ? "All" : submissionStateTitles[choice]}
          </button>
        ))}
      </div>
      <Loaded query={submissions} what="what was handed in">
        {({ items, next }) =>
          items.length === 0 ? (
            <Panel flush label="Submissions">
              <Empty title="Nothing to review" action={<GoButton to="/marketplace/publish">Your marketplace</GoButton>}>
                A publisher hands in a signed version; then it stands here for two people to read.
              </Empty>
            </Panel>
          ) : (
            <div className="stack lg">
              {items.map((row) => (
                <SubmissionPanel key={row.id} row={row} />
              ))}
              <div className="row">
                <Paging
                  cursor={cursor}
                  next={next}
                  onGo={(to) => void navigate({ search: present({ state, cursor: to }) })}
                />
              </div>
            </div>
          )
        }
      </Loaded>
    </Page>
  );
}

function SubmissionPanel({ row }: { row: Submission }) {
  const files = aboutVersion(row);
  const approvals = row.reviews.filter(({ decision }) => decision === "approve").length;
  return (
    <Panel
      title={`${submissionKindTitles[row.kind]}: ${row.name} ${row.version}`}
      end={
        <Status word={submissionWord[row.state]} quiet={row.state !== "waiting" && row.state !== "approved"}>
          {submissionStateTitles[row.state]}
        </Status>
      }
      foot={<Acts row={row} />}
    >
      <div className="stack md">
        <KeyValue
          rows={{
            Plugin: <code>{row.plugin}</code>,
            Publisher: row.publisher,
            "Handed in": `${actorName(row.submittedBy)}, ${moment(row.submittedAt)}`,
            Why: row.reason,
            Approvals: (
              <span>
                {approvals} of {row.approvalsNeeded}
                <Pips
                  states={Array.from({ length: row.approvalsNeeded }, (_, at) => (at < approvals ? "full" : "open"))}
                />
              </span>
            ),
            Published: row.publishedAt === undefined ? undefined : moment(row.publishedAt),
            "SHA-256": row.digest === undefined ? undefined : <code>{row.digest}</code>,
          }}
        />
        {row.reviews.length > 0 && (
          <ul className="stack sm" aria-label="Decisions">
            {row.reviews.map(({ by, at, decision, note }) => (
              <li key={`${by} ${at}`}>
                <Status word={decision === "approve" ? "Approved" : "Refused"} quiet>
                  {actorName(by)} {decision === "approve" ? "approved" : "rejected"}
                </Status>{" "}
                <span className="small dim">
                  {moment(at)}
                  {note === "" ? "" : `: ${note}`}
                </span>
              </li>
            ))}
          </ul>
        )}
        {row.kind === "version" && <SubmittedListing files={files} />}
        {files.length > 0 && (
          <details className="help">
            <summary>Its files, as they are signed</summary>
            <ul className="stack sm">
              {files.map((file) => (
                <FileRow key={file.path} file={file} />
              ))}
            </ul>
          </details>
        )}
      </div>
    </Panel>
  );
}

function FileRow({ file: { path, digest, bytes: size } }: { file: ListedFile }) {
  const name = path.split("/").at(-1) ?? path;
  const save = useDownload("getPublishedFile", { params: { digest } }, name, `${name} is saved`);
  return (
    <li>
      <div className="row">
        <code>{path}</code>
        <span className="small dim">{bytes(size)}</span>
        <ActButton
          size="compact-sm"
          compact
          may={save.may}
          running={save.running}
          label={`Save ${name}`}
          leftSection={<IconDownload size={15} aria-hidden />}
          onClick={() => void save.start()}
        >
          Save
        </ActButton>
      </div>
      {save.problem !== null && <ApiProblemPanel problem={save.problem} />}
    </li>
  );
}

function Acts({ row }: { row: Submission }) {
  const me = `user:${useAccount().username}`;
  const review = useAct("reviewSubmission");
  const withdraw = useAct("withdrawSubmission", "Withdrawn");
  const [deciding, setDeciding] = useState<"approve" | "reject">();
  const params = { submission: row.id };
  const mine = row.submittedBy === me;
  const decided = row.reviews.some(({ by }) => by === me);
  if (row.state === "approved")
    return (
      <>
        <span>Approved. The keeper takes it in and signs.</span>
        <GoButton to="/marketplace/publish">Open Publish</GoButton>
        {!mine && (
          <ActButton
            compact
            may={review.may}
            label={`Reject ${row.name} ${row.version}`}
            onClick={() => setDeciding("reject")}
          >
            Reject
          </ActButton>
        )}
        {deciding !== undefined && (
          <DecideDialog row={row} decision={deciding} onClose={() => setDeciding(undefined)} />
        )}
      </>
    );
  if (row.state !== "waiting") return <span>Decided. Nothing is left to do.</span>;
  const blocked = mine
    ? "You handed it in; others decide."
    : decided
      ? "You have decided. One more person is needed."
      : undefined;
  return (
    <>
      <ActButton
        compact={blocked === undefined}
        may={review.may}
        blocked={blocked}
        label={`Approve ${row.name} ${row.version}`}
        onClick={() => setDeciding("approve")}
      >
        Approve
      </ActButton>
      <ActButton
        compact
        may={review.may}
        blocked={blocked}
        label={`Reject ${row.name} ${row.version}`}
        onClick={() => setDeciding("reject")}
      >
        Reject
      </ActButton>
      {mine && (
        <ActButton
          compact
          may={withdraw.may}
          running={withdraw.running}
          label={`Withdraw ${row.name} ${row.version}`}
          onClick={() => void withdraw.run({ params })}
        >
          Withdraw
        </ActButton>
      )}
      {withdraw.problem !== null && <ApiProblemPanel problem={withdraw.problem} />}
      {deciding !== undefined && <DecideDialog row={row} decision={deciding} onClose={() => setDeciding(undefined)} />}
    </>
  );
}

interface DecideDialogProps {
  row: Submission;
  decision: "approve" | "reject";
  onClose(): void;
}

function DecideDialog({ row, decision, onClose }: DecideDialogProps) {
  const approving = decision === "approve";
  const review = useAct("reviewSubmission", approving ? "Approved" : "Rejected");
  const [note, setNote] = useState("");
  const [tried, setTried] = useState(false);
  const short = !approving && note.trim().length < 3;
  const submit = async (): Promise<void> => {
    setTried(true);
    if (short) return;
    const done = await review.run({ params: { submission: row.id }, body: { decision, note: note.trim() } });
    if (done !== undefined) onClose();
  };
  return (
    <FormDialog
      title={`${approving ? "Approve" : "Reject"} ${row.name} ${row.version}?`}
      submit={approving ? "Approve" : "Reject"}
      danger={!approving}
      running={review.running}
      problem={review.problem}
      onSubmit={submit}
      onClose={onClose}
    >
      <p>
        {approving
          ? "You answer for it that you read what it may do, where it sends, and what is new. When two people have approved it, the keeper can publish it."
          : "It is not published. Who handed it in reads your note."}
      </p>
      <Textarea
        label="Note"
        required={!approving}
        rows={2}
        maxLength={1000}
        value={note}
        error={tried && short ? "Say why." : undefined}
        onChange={(event) => setNote(event.currentTarget.value)}
        data-autofocus
      />
    </FormDialog>
  );
}
