import type { MessageDetail } from "@hilum/contract/api";
import { useState } from "react";
import { useAct } from "../../api/use-api.ts";
import { ApiProblemPanel } from "../../look/problem.tsx";
import { ActButton } from "../../shell/act-button.tsx";
import { ConfirmDialog } from "../../shell/confirm-dialog.tsx";
import { GoButton } from "../../shell/go.tsx";

/** What may be done with a message now; the server says which. */
export function MessageActs({ message }: { message: MessageDetail }) {
  const retry = useAct("retryMessage", "It is tried again now");
  const cancel = useAct("cancelMessage", "Cancelled: it will not go out");
  const discard = useAct("discardMessage", "Given up");
  const [asking, setAsking] = useState<"retry" | "cancel" | "discard">();
  const params = { message: message.id };
  const close = (): void => setAsking(undefined);
  const closeWhenDone = (answer: unknown): void => {
    if (answer !== undefined) close();
  };
  const mayBeOut = message.state === "uncertain" || message.maybeSentTwice;
  return (
    <>
      {message.can.includes("retry") && (
        <ActButton
          variant="filled"
          may={retry.may}
          running={retry.running}
          onClick={() => (mayBeOut ? setAsking("retry") : void retry.run({ params, body: {} }))}
        >
          Try again now
        </ActButton>
      )}
      {message.can.includes("resend") && (
        <GoButton to={`/messages/compose?again=${message.id}`}>Edit and send again</GoButton>
      )}
      {message.can.includes("cancel") && (
        <ActButton may={cancel.may} onClick={() => setAsking("cancel")}>
          Cancel the message
        </ActButton>
      )}
      {message.can.includes("discard") && (
        <ActButton may={discard.may} onClick={() => setAsking("discard")}>
          Give up
        </ActButton>
      )}
      {retry.problem !== null && asking === undefined && <ApiProblemPanel problem={retry.problem} />}
      {asking === "retry" && (
        <ConfirmDialog
          title="Send it although it may have gone out?"
          confirm="Send again"
          running={retry.running}
          problem={retry.problem}
          onClose={close}
          onConfirm={() => void retry.run({ params, body: { evenIfSent: true } }).then(closeWhenDone)}
        >
          The recipient may get it twice. The timeline will say so.
        </ConfirmDialog>
      )}
      {asking === "cancel" && (
        <ConfirmDialog
          title="Cancel this message?"
          confirm="Cancel the message"
          running={cancel.running}
          problem={cancel.problem}
          onClose={close}
          onConfirm={() => void cancel.run({ params }).then(closeWhenDone)}
        >
          It has not gone out and will not. It stays in the outbox as cancelled.
        </ConfirmDialog>
      )}
      {asking === "discard" && (
        <ConfirmDialog
          title="Give up this message?"
          confirm="Give up"
          danger
          reason="required"
          running={discard.running}
          problem={discard.problem}
          onClose={close}
          onConfirm={(reason) => void discard.run({ params, body: { reason } }).then(closeWhenDone)}
        >
          It will not be tried again. It stays in the outbox with your reason.
        </ConfirmDialog>
      )}
    </>
  );
}
