import { useState } from "react";

/** What is wrong with each field of a form, by its name; undefined where nothing is. */
type Faults = Readonly<Record<string, string | undefined>>;

/**
 * Faults are shown once the form was sent off: nobody is told of a field that was not filled in yet. `prefix` and the field's name,
 * with a hyphen between them, make the id of its input.
 */
export function useFaults<F extends Faults>(prefix: string, faults: F): { shown: Partial<F>; passes(): boolean } {
  const [tried, setTried] = useState(false);
  return {
    shown: tried ? faults : {},
    /** False where something is wrong; the first such field gets the focus. */
    passes: () => {
      setTried(true);
      const first = Object.keys(faults).find((name) => faults[name] !== undefined);
      if (first !== undefined) document.getElementById(`${prefix}-${first}`)?.focus();
      return first === undefined;
    },
  };
}
