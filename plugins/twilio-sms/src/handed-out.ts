/** Messages of Twilio's that this process has answered with, by the message of ours that each is. */
export interface HandedOut {
  add(sid: string, message: string): void;
  /** Whether it is another message's: two of ours may say the same to the same person. */
  isOfAnother(sid: string, message: string): boolean;
}

/** Remembers the newest; older ones are outside the time in which anybody would look for them. */
export function createHandedOut(max = 2000): HandedOut {
  const owners = new Map<string, string>();
  return {
    add(sid, message) {
      owners.set(sid, message);
      const [oldest] = owners.keys();
      if (owners.size > max && oldest !== undefined) owners.delete(oldest);
    },
    isOfAnother: (sid, message) => (owners.get(sid) ?? message) !== message,
  };
}
