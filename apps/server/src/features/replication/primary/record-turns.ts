/** One after the other for whoever names the same; beside each other for the others. */
export interface RecordTurns {
  take<T>(names: readonly string[], act: () => Promise<T>): Promise<T>;
}

export function createRecordTurns(): RecordTurns {
  const last = new Map<string, Promise<unknown>>();
  return {
    async take(names, act) {
      // All at once, before anything is waited for: two that name the same in another order cannot wait for each other.
      const before = [...new Set(names)].flatMap((name) => last.get(name) ?? []);
      const turn = Promise.all(before).then(act);
      const ended = turn.then(
        () => undefined,
        () => undefined,
      );
      for (const name of names) last.set(name, ended);
      void ended.then(() => {
        for (const name of names) if (last.get(name) === ended) last.delete(name);
      });
      return await turn;
    },
  };
}
