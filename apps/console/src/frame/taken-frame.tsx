import type { OwnPage, PageFault, PluginDetail } from "@hilum/contract/api";
import { Button } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useAct } from "../api/use-api.ts";
import { Problem } from "../look/problem.tsx";
import { ActButton } from "../shell/act-button.tsx";

const faultWords: Record<PageFault, { title: string; why: string; automatic: boolean }> = {
  unresponsive: {
    title: "This panel stopped responding",
    why: "It did not answer for several seconds, so it was taken away.",
    automatic: false,
  },
  not_started: {
    title: "This panel did not start",
    why: "Its code did not greet the console in time.",
    automatic: false,
  },
  second_load: {
    title: "This panel was taken away",
    why: "It loaded another document inside its frame, which no page may do.",
    automatic: true,
  },
  flood: {
    title: "This panel was taken away",
    why: "It sent more than a page may send.",
    automatic: true,
  },
  protocol: {
    title: "This panel was taken away",
    why: "It sent something that a page may not send.",
    automatic: true,
  },
  focus: {
    title: "This panel was taken away",
    why: "It took the focus out of a dialog of Hilum, where you might have been typing.",
    automatic: true,
  },
};

interface TakenFrameProps {
  fault: PageFault;
  page: OwnPage;
  detail: PluginDetail;
  instance: string;
  onReload(): void;
}

/** In the place of a frame that was taken away: what it did, and the way on. */
export function TakenFrame({ fault, page, detail, instance, onReload }: TakenFrameProps) {
  const { title, why, automatic } = faultWords[fault];
  const report = useAct(
    "reportPluginPage",
    automatic ? undefined : "Reported: it stands in the plugin's log and in the audit log",
  );
  const [reported, setReported] = useState(automatic);
  const { attempt } = report;
  const send = async (): Promise<void> => {
    const query = instance === "default" ? {} : { instance };
    const done = await attempt({ params: { plugin: detail.id }, query, body: { page: page.name, fault } });
    setReported(done);
  };
  const first = useRef(automatic);
  useEffect(() => {
    if (!first.current) return;
    first.current = false;
    void send();
  });
  return (
    <div role="alert">
      <Problem
        title={title}
        why={why}
        todo={
          automatic
            ? "It was written to the audit log. Use the generated page, and tell the plugin's publisher."
            : "Load it again. If it comes back, use the generated page and report it."
        }
        code={`page.${fault}`}
        actions={
          <>
            <Button leftSection={<IconRefresh size={16} aria-hidden />} variant="filled" onClick={onReload}>
              Reload
            </Button>
            {!automatic && (
              <ActButton
                may={report.may}
                running={report.running}
                blocked={reported ? "It was reported." : undefined}
                onClick={() => void send()}
              >
                Report
              </ActButton>
            )}
          </>
        }
      />
    </div>
  );
}
