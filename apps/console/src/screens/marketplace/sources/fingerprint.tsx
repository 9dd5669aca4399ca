/** A fingerprint in groups of four, to be compared by eye or read aloud. */
export function Fingerprint({ value, label }: { value: string; label: string }) {
  return (
    <div className="print" role="group" aria-label={label}>
      {value.split(" ").map((group, at) => (
        <span key={`${at} ${group}`}>{group}</span>
      ))}
    </div>
  );
}

/** The same letters, however they are spaced. */
export const sameFingerprint = (one: string, other: string): boolean => plain(one) === plain(other);
const plain = (text: string): string => text.replaceAll(/[\s:]/g, "").toLowerCase();
