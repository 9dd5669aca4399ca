import { useRef, type Ref } from "react";

interface CodeAreaProps {
  label: string;
  describedBy: string;
  value: string;
  onChange(text: string): void;
  /** Offset of the cursor, as it moves. */
  onCursor(offset: number): void;
  /** Numbers of lines that have a problem. */
  faulty: ReadonlySet<number>;
  area: Ref<HTMLTextAreaElement>;
}

/**
 * Text with numbered lines. A plain field of the browser: Tab leaves it, undo and spelling aids are the person's own, and a
 * screen reader knows it.
 */
export function CodeArea({ label, describedBy, value, onChange, onCursor, faulty, area }: CodeAreaProps) {
  const gutter = useRef<HTMLOListElement>(null);
  const lines = value.split("\n").length;
  return (
    <div className="codearea">
      <div className="gutter" aria-hidden>
        <ol ref={gutter}>
          {Array.from({ length: lines }, (_, at) => (
            <li key={at} data-tone={faulty.has(at + 1) ? "bad" : undefined}>
              {at + 1}
            </li>
          ))}
        </ol>
      </div>
      <textarea
        ref={area}
        aria-label={label}
        aria-describedby={describedBy}
        aria-invalid={faulty.size > 0 || undefined}
        value={value}
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        wrap="off"
        maxLength={262_144}
        rows={24}
        onChange={(event) => onChange(event.currentTarget.value)}
        onSelect={(event) => onCursor(event.currentTarget.selectionStart)}
        onScroll={(event) => {
          if (gutter.current !== null)
            gutter.current.style.transform = `translateY(${-event.currentTarget.scrollTop}px)`;
        }}
      />
    </div>
  );
}
