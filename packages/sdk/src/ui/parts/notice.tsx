import { useEffect, useRef, type ReactNode } from "react";
import type { PageError } from "../bridge/page-error.ts";
import { Glyph, type GlyphName } from "./glyph.tsx";
import type { Tone } from "./status.tsx";

const glyphs: Record<Tone, GlyphName> = {
  bad: "x-round",
  warn: "warning",
  ok: "check-round",
  info: "info",
  idle: "dashes",
  hold: "lock",
};

export interface NoticeProps {
  tone?: Tone;
  title: string;
  /** Right of the title: a cause, a time. */
  end?: ReactNode;
  why?: ReactNode;
  todo?: ReactNode;
  /** The provider's own words. */
  reply?: string | undefined;
  actions?: ReactNode;
  children?: ReactNode;
}

/** What, why, what to do now, and a button that does it. */
export function Notice({ tone = "bad", title, end, why, todo, reply, actions, children }: NoticeProps) {
  return (
    <section className="problem" data-tone={tone}>
      <div className="top">
        <span className="ic">
          <Glyph name={glyphs[tone]} size={22} />
        </span>
        <h3>{title}</h3>
        {end !== undefined && <span className="end">{end}</span>}
      </div>
      <div className="in">
        {(why !== undefined || todo !== undefined) && (
          <dl className="wwd">
            {why !== undefined && (
              <>
                <dt>Why</dt>
                <dd>{why}</dd>
              </>
            )}
            {todo !== undefined && (
              <>
                <dt>What to do</dt>
                <dd>{todo}</dd>
              </>
            )}
          </dl>
        )}
        {children}
        {reply !== undefined && <pre className="reply">{reply}</pre>}
        {actions !== undefined && <div className="row acts">{actions}</div>}
      </div>
    </section>
  );
}

/** A refusal of the console, in place. It takes the focus where the page has it: taking it from the console ends the page. */
export function ErrorNotice({
  error,
  actions,
  children,
}: {
  error: PageError;
  actions?: ReactNode;
  children?: ReactNode;
}) {
  const place = useRef<HTMLDivElement>(null);
  const { code } = error;
  useEffect(() => {
    if (code !== "" && document.hasFocus()) place.current?.focus();
  }, [code]);
  return (
    <div ref={place} tabIndex={-1} role="alert">
      <Notice
        tone={error.code === "page.declined" ? "info" : "bad"}
        title={error.title}
        {...(error.detail !== undefined && error.detail !== error.title && { why: error.detail })}
        {...(error.fix !== undefined && { todo: error.fix })}
        actions={actions}
      >
        {children}
      </Notice>
    </div>
  );
}
