import { IconCircleCheck, IconX } from "@tabler/icons-react";
import { useSyncExternalStore } from "react";
import { dismissNotice, noticeStore } from "./notices.ts";

/** Where acts are confirmed: a corner to see, and a polite live region to hear. */
export function NoticeRegion() {
  const notices = useSyncExternalStore(noticeStore.subscribe, noticeStore.notices);
  const said = useSyncExternalStore(noticeStore.subscribe, noticeStore.said);
  return (
    <>
      <div className="vh" role="status" aria-live="polite">
        {said}
      </div>
      <section className="notices" aria-label="Notices">
        {notices.map(({ id, text }) => (
          <div key={id} className="notice" data-tone="ok">
            <IconCircleCheck size={18} stroke={2} aria-hidden />
            <p>{text}</p>
            <button type="button" className="iconbtn" aria-label={`Dismiss: ${text}`} onClick={() => dismissNotice(id)}>
              <IconX size={16} aria-hidden />
            </button>
          </div>
        ))}
      </section>
    </>
  );
}
