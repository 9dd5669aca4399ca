import type { Messages } from "../../ports/messages.ts";
import type { Session } from "../../session.ts";
import { acceptMessage } from "./accept.ts";
import { createOutbox } from "./outbox.ts";
import { createWork } from "./work.ts";

export function createMessages(session: Session): Messages {
  return {
    accept: (message) => acceptMessage(session, message),
    ...createOutbox(session),
    ...createWork(session),
  };
}
