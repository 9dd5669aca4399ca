/** Where a value stands in a JSON text: offsets of its characters, and of its name where it is a member. */
export interface Place {
  start: number;
  end: number;
  /** With the quotes. */
  name?: { start: number; end: number };
}

/**
 * Finds every value of a JSON text by its JSON Pointer (RFC 6901). What is wrong further on does not take away what was
 * read before it, so that a text in the middle of being typed still has places.
 */
export function findPlaces(text: string): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  const reader = { text, at: 0, places };
  try {
    readValue(reader, "");
  } catch (thrown) {
    if (!(thrown instanceof EndOfSense)) throw thrown;
  }
  return places;
}

/** The pointer of the innermost value or name around an offset; the whole text where there is none. */
export function pointerAt(places: ReadonlyMap<string, Place>, offset: number): string {
  let found = "";
  let width = Infinity;
  for (const [pointer, { start, end, name }] of places) {
    const from = name?.start ?? start;
    if (from > offset || offset > end || end - from > width) continue;
    found = pointer;
    width = end - from;
  }
  return found;
}

class EndOfSense extends Error {}
interface Reader {
  text: string;
  at: number;
  places: Map<string, Place>;
}

const literal = /true|false|null|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const string = /"(?:[^"\\\n]|\\.)*"/y;

function readValue(reader: Reader, pointer: string, name?: Place["name"]): void {
  skipSpace(reader);
  const start = reader.at;
  // Noted before it ends, so that the places inside of an open bracket are known too.
  const place: Place = { start, end: reader.text.length, ...(name !== undefined && { name }) };
  reader.places.set(pointer, place);
  const first = reader.text[start];
  if (first === "{") readMembers(reader, pointer);
  else if (first === "[") readItems(reader, pointer);
  else take(reader, first === '"' ? string : literal);
  place.end = reader.at;
}

function readMembers(reader: Reader, pointer: string): void {
  reader.at++;
  skipSpace(reader);
  if (reader.text[reader.at] === "}") return void reader.at++;
  for (;;) {
    skipSpace(reader);
    const start = reader.at;
    const member = unquote(take(reader, string));
    const name = { start, end: reader.at };
    skipSpace(reader);
    expect(reader, ":");
    readValue(reader, `${pointer}/${member.replaceAll("~", "~0").replaceAll("/", "~1")}`, name);
    skipSpace(reader);
    if (reader.text[reader.at] === "}") return void reader.at++;
    expect(reader, ",");
  }
}

function readItems(reader: Reader, pointer: string): void {
  reader.at++;
  skipSpace(reader);
  if (reader.text[reader.at] === "]") return void reader.at++;
  for (let index = 0; ; index++) {
    readValue(reader, `${pointer}/${index}`);
    skipSpace(reader);
    if (reader.text[reader.at] === "]") return void reader.at++;
    expect(reader, ",");
  }
}

function skipSpace(reader: Reader): void {
  while (/\s/.test(reader.text[reader.at] ?? "")) reader.at++;
}

function expect(reader: Reader, character: string): void {
  if (reader.text[reader.at] !== character) throw new EndOfSense();
  reader.at++;
}

function take(reader: Reader, pattern: RegExp): string {
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.text)?.[0];
  if (found === undefined) throw new EndOfSense();
  reader.at += found.length;
  return found;
}

function unquote(quoted: string): string {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    throw new EndOfSense();
  }
}
