import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, type ReactNode } from "react";
import { reading } from "../../api/use-api.ts";
import { Mark } from "../../look/mark.tsx";
import { announce } from "../../shell/notices.ts";
import { pageFocus } from "../../shell/page-store.ts";

/** The page before the shell: one card under the sign of Hilum. */
export function Door({
  title,
  lead,
  wide = false,
  children,
}: {
  title: string;
  lead?: ReactNode;
  wide?: boolean;
  children: ReactNode;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { data } = useQuery({ ...reading("getBootstrap"), staleTime: 60_000 });
  useEffect(() => {
    document.title = `${title} · Hilum`;
    if (pageFocus.land(heading.current)) announce(document.title);
  }, [title]);
  return (
    <div className="door">
      <main id="main">
        <div className="brand">
          <Mark size={32} />
          Hilum
        </div>
        <section className={wide ? "panel card wide" : "panel card"}>
          <div className="bd stack md">
            <div className="stack sm">
              <h1 tabIndex={-1} ref={heading}>
                {title}
              </h1>
              {lead !== undefined && <p className="dim">{lead}</p>}
            </div>
            {children}
          </div>
          {data !== undefined && (
            <div className="ft">
              <span>{data.organisation}</span>
              <span>{data.environment === "test" ? "Test: not for real patients" : "Production"}</span>
            </div>
          )}
        </section>
      </main>
    </div>
  );
}
