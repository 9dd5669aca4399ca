import "../records.css";
import type { GlassRequest } from "@hilum/contract/api";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { useAct, useRead } from "../../../api/use-api.ts";
import { KeyValue, Panel } from "../../../look/panel.tsx";
import { Status, type Word } from "../../../look/status.tsx";
import { ActButton } from "../../../shell/act-button.tsx";
import { ConfirmDialog } from "../../../shell/confirm-dialog.tsx";
import { Go, useGo } from "../../../shell/go.tsx";
import { Loaded } from "../../../shell/loaded.tsx";
import { Guarded, Page } from "../../../shell/page.tsx";
import { actorName, many, moment } from "../../../text/format.ts";
import { present } from "../../../text/search.ts";
import { RequestList, requestRows } from "../custody/request-list.tsx";
import { RecordTabs } from "../record-tabs.tsx";
import { fieldWords, maskedClass, permissionTo, targetPath } from "../record-words.ts";

const route = getRouteApi("/app/records/glass-requests");
const stateWord: Record<GlassRequest["state"], Word> = {
  waiting: "To be decided",
  approved: "Approved",
  refused: "Refused",
  opened: "Revealed",
  expired: "Expired",
};

export function GlassRequestsScreen() {
  return (
    <Guarded operation="listGlassRequests" title="Requests">
      <GlassRequests />
    </Guarded>
  );
}

function GlassRequests() {
  const { cursor } = route.useSearch();
  const navigate = route.useNavigate();
  const query = { ...present({ cursor }), limit: 30 };
  const requests = useRead("listGlassRequests", { query });
  return (
    <Page
      title="Requests"
      lead="A glass that is broken by two: one person asks, another agrees, and the first opens it within fifteen minutes."
      crumbs={[{ text: "Records", to: "/records" }]}
      tabs={<RecordTabs at="Requests" />}
      reads={[requests]}
      calls={[["listGlassRequests", { query }]]}
      offers={["approveGlassRequest", "openRequestedGlass"]}
    >
      <Loaded query={requests} what="the requests">
        {({ items, next }) => (
          <RequestList
            label="Requests to break a glass"
            items={items}
            empty={{
              title: "Nobody asks to break a glass",
              text: "Where Settings say that breaking the glass needs a second person, requests stand here.",
            }}
            cursor={cursor}
            next={next}
            onGo={(to) => void navigate({ search: present({ cursor: to }), replace: true })}
          >
            {(row) => <RequestPanel key={row.id} row={row} />}
          </RequestList>
        )}
      </Loaded>
    </Page>
  );
}

function RequestPanel({ row }: { row: GlassRequest }) {
  const { state, target, title, purposeLabel, caseReference, fields, minutes, until, openedAt, requestedBy } = row;
  return (
    <Panel
      title={`For ${actorName(requestedBy)}`}
      end={<Status word={stateWord[state]} quiet={state !== "waiting" && state !== "approved"} />}
      foot={<RequestActs row={row} />}
    >
      <KeyValue
        rows={{
          What: (
            <Go to={targetPath(target)}>
              <span className={maskedClass(title)}>{title}</span>
            </Go>
          ),
          "How much": "patient" in target ? "All records of the patient" : "This one record",
          Fields: fields.map((field) => fieldWords[field]).join("; "),
          For: many(minutes, "minute"),
          Purpose: purposeLabel,
          "Case reference": caseReference,
          ...requestRows(row),
          Opened: openedAt === undefined ? undefined : moment(openedAt),
          Until: state === "waiting" || state === "approved" ? moment(until) : undefined,
        }}
      />
    </Panel>
  );
}

function RequestActs({ row }: { row: GlassRequest }) {
  const params = { request: row.id };
  const approve = useAct("approveGlassRequest", "Agreed: it can be opened for fifteen minutes");
  const refuse = useAct("refuseGlassRequest", "Refused");
  const open = useAct("openRequestedGlass", "The glass is broken. What you read is written down and reviewed.");
  const go = useGo();
  const [asking, setAsking] = useState<"approve" | "refuse" | "open">();
  const close = (): void => setAsking(undefined);
  const who = actorName(row.requestedBy);
  const [mayApprove, mayRefuse, mayOpen] = (["approve", "refuse", "open"] as const).map((act) =>
    permissionTo(act, row.can),
  );
  if (row.state !== "waiting" && row.state !== "approved") return <span>Decided. Nothing is left to do.</span>;
  return (
    <>
      {mayApprove !== undefined && (
        <ActButton may={mayApprove} label={`Agree to the glass for ${who}`} onClick={() => setAsking("approve")}>
          Agree
        </ActButton>
      )}
      {mayRefuse !== undefined && (
        <ActButton compact may={mayRefuse} label={`Refuse the glass for ${who}`} onClick={() => setAsking("refuse")}>
          Refuse
        </ActButton>
      )}
      {mayOpen !== undefined && (
        <ActButton may={mayOpen} label={`Open the glass for ${who}`} onClick={() => setAsking("open")}>
          Open it
        </ActButton>
      )}
      {asking === "approve" && (
        <ConfirmDialog
          title={`Agree to the glass for ${who}?`}
          confirm="Agree"
          running={approve.running}
          problem={approve.problem}
          onClose={close}
          onConfirm={() => void approve.attempt({ params }).then((done) => done && close())}
        >
          {who} can then see <span className={maskedClass(row.title)}>{row.title}</span> in the clear for{" "}
          {many(row.minutes, "minute")}. You answer for it that purpose and reason are right.
        </ConfirmDialog>
      )}
      {asking === "refuse" && (
        <ConfirmDialog
          title={`Refuse the glass for ${who}?`}
          confirm="Refuse"
          reason="required"
          running={refuse.running}
          problem={refuse.problem}
          onClose={close}
          onConfirm={(reason) => void refuse.attempt({ params, body: { reason } }).then((done) => done && close())}
        >
          Everything stays masked. Who asked for it reads your reason.
        </ConfirmDialog>
      )}
      {asking === "open" && (
        <ConfirmDialog
          title="Break the glass now?"
          confirm="Break the glass"
          running={open.running}
          problem={open.problem}
          onClose={close}
          onConfirm={() => void open.attempt({ params }).then((done) => done && go(targetPath(row.target)))}
        >
          It stays open for {many(row.minutes, "minute")} and cannot be extended. What you read is written down, and
          another person reviews it.
        </ConfirmDialog>
      )}
    </>
  );
}
