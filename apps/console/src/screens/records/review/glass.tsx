import "../records.css";
import type { GlassDetail, GlassUse } from "@hilum/contract/api";
import { getRouteApi } from "@tanstack/react-router";
import { useRead } from "../../../api/use-api.ts";
import { KeyValue, Panel } from "../../../look/panel.tsx";
import { Status } from "../../../look/status.tsx";
import { Go, GoButton } from "../../../shell/go.tsx";
import { Loaded } from "../../../shell/loaded.tsx";
import { Guarded, Page } from "../../../shell/page.tsx";
import { actorName, clock, exactly, many, moment } from "../../../text/format.ts";
import { fieldWords, maskedClass, recordPath, targetPath } from "../record-words.ts";
import { glassStateWords, glassWord } from "./glasses.tsx";
import { ReviewActs } from "./review-acts.tsx";

const route = getRouteApi("/app/records/glasses/$glass");

export function GlassScreen() {
  const { glass } = route.useParams();
  return (
    <Guarded operation="getGlass" title="Broken glass">
      <GlassPage key={glass} id={glass} />
    </Guarded>
  );
}

function GlassPage({ id }: { id: string }) {
  const input = { params: { glass: id } };
  const glass = useRead("getGlass", input);
  const data = glass.data;
  return (
    <Page
      title={data === undefined ? "Broken glass" : `Broken glass: ${data.title}`}
      badges={data !== undefined && <Status word={glassWord[data.state]}>{glassStateWords[data.state]}</Status>}
      lead={data === undefined ? undefined : leadOf(data)}
      crumbs={[
        { text: "Records", to: "/records" },
        { text: "Reviews", to: "/records/glasses" },
      ]}
      crumb={data?.title ?? id}
      actions={data !== undefined && <GoButton to={targetPath(data.target)}>Open what was revealed</GoButton>}
      reads={[glass]}
      calls={[["getGlass", input]]}
      offers={["reviewGlass"]}
    >
      <Loaded query={glass} what="the broken glass">
        {(shown) => (
          <div className="stack lg">
            <ReviewActs glass={shown} />
            <div className="grid">
              <div className="stack lg">
                <Panel title="In their words">
                  <div className="stack md">
                    <p className="bubble">{shown.reason}</p>
                    <KeyValue rows={{ Purpose: shown.purposeLabel, "Case reference": shown.caseReference }} />
                  </div>
                </Panel>
                <Uses uses={shown.uses} />
              </div>
              <div className="stack lg">
                <Facts glass={shown} />
                <Notes notes={shown.notes} />
              </div>
            </div>
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function leadOf({ by, openedAt, reads }: GlassDetail): string {
  const read = reads === 0 ? "Nothing was read" : `${many(reads, "record or document", "records and documents")} read`;
  return `Broken by ${actorName(by)}, ${moment(openedAt)}. ${read} in the clear.`;
}

const endWords = {
  closed: "by the person",
  expired: "the time was over",
  session_ended: "the person signed out",
  replaced: "another glass took its place",
} as const;

function Facts({ glass }: { glass: GlassDetail }) {
  const { title, openedAt, until, endedAt, ended, minutes, extended, fields, reviewedBy, reviewedAt } = glass;
  return (
    <Panel title="How far it went">
      <KeyValue
        rows={{
          What: <span className={maskedClass(title)}>{title}</span>,
          Fields: fields.map((field) => fieldWords[field]).join("; "),
          Opened: exactly(openedAt),
          For: `${many(minutes, "minute")}${extended > 0 ? ` and ${extended} more` : ""}`,
          [endedAt === undefined ? "Closes" : "Closed"]:
            endedAt === undefined
              ? clock(until)
              : `${clock(endedAt)}${ended === undefined ? "" : `, ${endWords[ended]}`}`,
          Reviewed: reviewedBy === undefined ? "Not yet" : `${actorName(reviewedBy)}, ${moment(reviewedAt ?? until)}`,
        }}
      />
    </Panel>
  );
}

const useWords: Record<GlassUse["what"], string> = {
  record: "Read the record",
  attachment: "Read the document",
  copied: "Copied from it",
  printed: "Tried to print it",
};

function Uses({ uses }: { uses: GlassDetail["uses"] }) {
  return (
    <Panel title="What was read" flush>
      {uses.length === 0 ? (
        <p className="bd-note dim">Nothing was read in the clear.</p>
      ) : (
        <ol className="uses">
          {uses.map(({ at, what, type, id, version }, place) => (
            <li key={place}>
              <span className="num small dim">{clock(at)}</span>
              <span>{useWords[what]}</span>
              <Go to={recordPath({ type, id })}>
                <code>
                  {type}/{id}
                  {version !== undefined && `, version ${version}`}
                </code>
              </Go>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}

const noteWords = { accept: "accepted it", ask: "asks", escalate: "escalated it", answer: "answers" } as const;

function Notes({ notes }: { notes: GlassDetail["notes"] }) {
  return (
    <Panel title="Review" flush>
      {notes.length === 0 ? (
        <p className="bd-note dim">Nobody has reviewed it yet.</p>
      ) : (
        <ol className="uses">
          {notes.map(({ at, by, what, words }, place) => (
            <li key={place} className="said">
              <p>
                <b>{actorName(by)}</b> {noteWords[what]} <span className="num small dim">{moment(at)}</span>
              </p>
              {words !== undefined && <p className="bubble">{words}</p>}
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}
