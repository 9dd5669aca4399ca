/** Longest line in bytes; what a program writes without a line end is cut here. */
const LINE_BYTES_MAX = 8192;

/**
 * Cuts a byte stream into lines for the log. Memory is bounded by one line: the rest of a longer one is thrown away up to its
 * end. Invalid UTF-8 is kept visible as U+FFFD, since this is a log and not a frame.
 */
export function createLineSplitter(
  onLine: (line: string) => void,
  { lineBytesMax = LINE_BYTES_MAX } = {},
): { push(chunk: Buffer): void; end(): void } {
  let held: Buffer[] = [];
  let heldBytes = 0;

  const keep = (part: Buffer): void => {
    const room = lineBytesMax - heldBytes;
    if (room <= 0 || part.length === 0) return;
    // A copy: a slice would keep the whole chunk of the stream alive.
    held.push(Buffer.from(part.subarray(0, room)));
    heldBytes += Math.min(room, part.length);
  };
  const emit = (): void => {
    if (heldBytes > 0) onLine(Buffer.concat(held).toString("utf8").trimEnd());
    held = [];
    heldBytes = 0;
  };

  return {
    push(chunk) {
      let from = 0;
      for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
        keep(chunk.subarray(from, end));
        emit();
        from = end + 1;
      }
      keep(chunk.subarray(from));
    },
    end: emit,
  };
}
