import type { Registration } from "@hilum/contract/api";
import { Button } from "@mantine/core";
import { useState } from "react";
import { useAct } from "../../api/use-api.ts";
import { Glyph, Panel } from "../../look/panel.tsx";
import { ApiProblemPanel } from "../../look/problem.tsx";
import { Status } from "../../look/status.tsx";
import { ActButton } from "../../shell/act-button.tsx";
import { ConfirmDialog } from "../../shell/confirm-dialog.tsx";
import { useGo } from "../../shell/go.tsx";
import { many, moment } from "../../text/format.ts";
import { Review } from "./review.tsx";
import { Dialog } from "../../shell/dialog.tsx";

/** Plugins and revisions that wait for a decision: until then they have no rights at all. */
export function WaitingRegistrations({ registrations }: { registrations: readonly Registration[] }) {
  const [open, setOpen] = useState<Registration>();
  return (
    <>
      <Panel
        title="Waiting for you"
        flush
        end={<Status word="Waiting for you">{many(registrations.length, "registration")}</Status>}
      >
        <ul className="problems">
          {registrations.map((registration, at) => (
            <li key={registration.id} data-tone="info">
              <span className="ic">
                <Glyph name={registration.name} />
              </span>
              <div style={{ paddingLeft: 16 }}>
                <h3>{registration.name}</h3>
                <span className="small dim">
                  {registration.kind === "revision" ? "a changed manifest" : "a new plugin"}, {moment(registration.at)}
                  {registration.expiresAt !== undefined && `, until ${moment(registration.expiresAt)}`}
                </span>
                <p className="why">
                  <code>{registration.plugin}</code> from {registration.from}. It has no rights until you decide.
                </p>
              </div>
              <div className="act">
                <Button
                  variant={at === 0 ? "filled" : "default"}
                  onClick={() => setOpen(registration)}
                  aria-label={`Review ${registration.name}`}
                >
                  Review
                </Button>
              </div>
            </li>
          ))}
        </ul>
      </Panel>
      {open !== undefined && <ReviewDialog registration={open} onClose={() => setOpen(undefined)} />}
    </>
  );
}

function ReviewDialog({ registration, onClose }: { registration: Registration; onClose(): void }) {
  const approve = useAct("approveRegistration", `${registration.name} approved`);
  const reject = useAct("rejectRegistration", `${registration.name} rejected`);
  const [rejecting, setRejecting] = useState(false);
  const go = useGo();
  const params = { registration: registration.id };
  const accept = async (): Promise<void> => {
    const answer = await approve.run({ params });
    if (answer === undefined) return;
    onClose();
    go(`/plugins/${answer.plugin}${answer.instance === "default" ? "" : `?instance=${answer.instance}`}`);
  };
  if (rejecting) {
    return (
      <ConfirmDialog
        title={`Reject ${registration.name}?`}
        confirm="Reject"
        danger
        reason="required"
        running={reject.running}
        problem={reject.problem}
        onClose={() => setRejecting(false)}
        onConfirm={(reason) =>
          void reject.run({ params, body: { reason } }).then((answer) => answer !== undefined && onClose())
        }
      >
        Nothing of it is kept but this decision. The same program may register again.
      </ConfirmDialog>
    );
  }
  return (
    <Dialog
      onClose={onClose}
      title={
        registration.kind === "revision" ? `Review the change of ${registration.name}` : `Review ${registration.name}`
      }
      size={720}
    >
      <div className="stack md">
        {approve.problem !== null && <ApiProblemPanel problem={approve.problem} />}
        <p className="dim">
          Sent {moment(registration.at)} from {registration.from}.{" "}
          {registration.kind === "revision"
            ? "The plugin goes on as it is until you decide."
            : "Approving registers it; what it asks for you decide one by one afterwards, in Access."}
        </p>
        <Review review={registration.review} />
        <div className="row end">
          <ActButton may={reject.may} onClick={() => setRejecting(true)}>
            Reject
          </ActButton>
          <ActButton
            variant="filled"
            may={approve.may}
            running={approve.running}
            onClick={() => void accept()}
            autoFocus
          >
            Approve
          </ActButton>
        </div>
      </div>
    </Dialog>
  );
}
