/** One event of a `text/event-stream` (HTML Living Standard, 9.2). */
export interface StreamEvent {
  event: string;
  data: string;
}

/** Cuts arriving text into events: give it the chunks in order, it answers the events that became complete. */
export function createEventReader(): (chunk: string) => StreamEvent[] {
  let rest = "";
  return (chunk) => {
    const blocks = (rest + chunk).replaceAll(/\r\n?/g, "\n").split("\n\n");
    rest = blocks.pop() ?? "";
    return blocks.map(readBlock).filter((event) => event !== undefined);
  };
}

function readBlock(block: string): StreamEvent | undefined {
  let event = "message";
  const data: string[] = [];
  for (const line of block.split("\n")) {
    if (line.startsWith("event:")) event = line.slice(6).trim();
    else if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
  }
  return data.length === 0 ? undefined : { event, data: data.join("\n") };
}

/** Reads a stream to its end and hands on the events of each chunk, in order. */
export async function readEventStream(
  stream: ReadableStream<Uint8Array>,
  take: (events: StreamEvent[]) => void,
): Promise<void> {
  const read = createEventReader();
  const reader = stream.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    const events = read(chunk.value);
    if (events.length > 0) take(events);
  }
}
