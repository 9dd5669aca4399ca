/** Small drawings on a grid of 24, stroked. Each stands beside a word that says the same. */
const strokes = {
  check: "M5 12.5l4.5 4.5L19 7.5",
  "check-round": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M8.5 12.2l2.4 2.4 4.6-5",
  x: "M6 6l12 12M18 6L6 18",
  "x-round": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M9.2 9.2l5.6 5.6M14.8 9.2l-5.6 5.6",
  warning: "M12 4L2.8 19.5h18.4zM12 10v4.2M12 16.9v.1",
  info: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 11v5M12 8v.1",
  clock: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 7.5V12l3 2",
  dashes:
    "M9 3.5a9 9 0 0 1 6 0M18.4 5.6a9 9 0 0 1 2.6 5M20.6 15a9 9 0 0 1-3.6 4.5M13 21a9 9 0 0 1-5.5-1.2M4.4 16.9a9 9 0 0 1-1.3-5.6M4.3 7.4A9 9 0 0 1 5.9 5.3",
  help: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M9.6 9.4a2.5 2.5 0 1 1 3.6 2.3c-.8.4-1.2 1-1.2 1.9M12 16.6v.1",
  send: "M21 3L10.5 13.5M21 3l-6.6 18-3.9-7.5L3 9.6z",
  inbox: "M4 4h16v16H4zM4 13.5h4.6l2 2.5h2.8l2-2.5H20",
  split: "M20 17.5h-6.5L6.5 6.5H3M20 6.5h-6.5l-2.2 3.4M8.8 13.8l-2.3 3.7H3M17 3.5l3 3-3 3M17 14.5l3 3-3 3",
  exchange: "M7 10h14l-4 -4M17 14H3l4 4",
  play: "M7.5 4.5v15l12-7.5z",
  again: "M19.8 10A8 8 0 0 0 5.2 7.4L4 10M4 4.5V10h5.2M4.2 14a8 8 0 0 0 14.6 2.6L20 14M20 19.5V14h-5.2",
  ban: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M5.7 5.7l12.6 12.6",
  pause: "M8 5v14M16 5v14",
  tool: "M14.5 6.2a4.2 4.2 0 0 0-5.4 5.4L3.6 17a2.3 2.3 0 0 0 3.3 3.3l5.5-5.5a4.2 4.2 0 0 0 5.4-5.4l-2.7 2.7-3.2-3.2z",
  lock: "M6 10.5h12V20H6zM8.5 10.5V7.8a3.5 3.5 0 0 1 7 0v2.7",
  person: "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8M4.5 20.5a7.5 7.5 0 0 1 15 0",
  clip: "M19 11.2l-7.4 7.4a4.6 4.6 0 0 1-6.5-6.5l7.6-7.6a3 3 0 0 1 4.3 4.3l-7.6 7.6a1.5 1.5 0 0 1-2.1-2.1l7-7",
} as const;
export type GlyphName = keyof typeof strokes;

export function Glyph({ name, size = 16, stroke = 2 }: { name: GlyphName; size?: number; stroke?: number }) {
  return (
    <svg
      className="glyph-line"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={stroke}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden
    >
      <path d={strokes[name]} />
    </svg>
  );
}
