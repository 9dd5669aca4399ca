import type { RecordAttachment } from "@hilum/contract/api";
import { IconSend } from "@tabler/icons-react";
import { useAct } from "../../../api/use-api.ts";
import { ApiProblemPanel } from "../../../look/problem.tsx";
import { ActButton } from "../../../shell/act-button.tsx";
import { useGo } from "../../../shell/go.tsx";
import type { RecordPlace } from "../record-words.ts";

interface SendDocumentProps {
  glass: string;
  place: RecordPlace;
  attachment: RecordAttachment;
  /** Whom the record is about, where it is one patient. */
  patient: string | undefined;
}

/** Takes the document for a message. The bytes go from store to store and not through the browser. */
export function SendDocument({ glass, place: { type, id }, attachment: { index }, patient }: SendDocumentProps) {
  const go = useGo();
  const take = useAct("attachFromRecord", "Attached to a new message", { refresh: false });
  const send = async (): Promise<void> => {
    const taken = await take.run({ params: { glass, type, id, place: String(index) } });
    if (taken === undefined) return;
    const search = new URLSearchParams({
      ...{ attach: taken.id, contentType: taken.contentType, size: String(taken.size) },
      ...(patient !== undefined && { patient }),
    });
    go(`/messages/compose?${search.toString()}`);
  };
  return (
    <>
      <ActButton
        size="compact-sm"
        may={take.may}
        running={take.running}
        leftSection={<IconSend size={15} aria-hidden />}
        onClick={() => void send()}
      >
        Send by message
      </ActButton>
      {take.problem !== null && <ApiProblemPanel problem={take.problem} />}
    </>
  );
}
