const kidney =
  "M12.4 1.8C6 1.8 2 8 2 16s4 14.2 10.4 14.2c5.2 0 8.8-3.2 8.8-7.3 0-3.3-4.4-3.9-4.4-6.9s4.4-3.6 4.4-6.9c0-4.1-3.6-7.3-8.8-7.3Z";

/** The sign of Hilum: the organ and the three vessels that plug in. */
export function Mark({ size = 26 }: { size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 32 32"
      fill="none"
      stroke="currentColor"
      strokeWidth="2.4"
      strokeLinecap="round"
      aria-hidden
    >
      <path fill="currentColor" stroke="none" d={kidney} />
      <path d="M20.3 16h10M22 13.4c4-.8 3.6-4.2 8.2-4.4M22 18.6c4 .8 3.6 4.2 8.2 4.4" />
    </svg>
  );
}

/** The same organ with its vessels unplugged: an empty page. */
export function UnpluggedMark() {
  return (
    <svg
      className="art"
      width="116"
      height="72"
      viewBox="0 0 52 32"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.3"
      strokeLinecap="round"
      aria-hidden
    >
      <path d={kidney} fill="var(--hl-accent-tint)" />
      <path d="M21.5 16h8" strokeDasharray=".1 2.6" />
      <path d="M34 16h16M35.5 13.2c4.5-.9 5-4.4 14.5-4.6M35.5 18.8c4.5.9 5 4.4 14.5 4.6" strokeWidth="2" />
    </svg>
  );
}
