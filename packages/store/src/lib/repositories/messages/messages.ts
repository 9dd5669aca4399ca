import type { Messages } from "../../ports/messages.ts";
import type { Session } from "../../session.ts";
import { acceptMessage } from "./accept.ts";
import { createAttempts } from "./attempts.ts";
import { createClaims } from "./claims.ts";
import { createOutbox } from "./outbox.ts";

export function createMessages(session: Session): Messages {
  return {
    accept: (message) => acceptMessage(session, message),
    ...createOutbox(session),
    ...createClaims(session),
    ...createAttempts(session),
  };
}
