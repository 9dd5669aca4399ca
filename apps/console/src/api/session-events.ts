/** What happens to the session below the screens: the shell listens and shows the dialog or the sign-in. */
type Answer = (confirmed: boolean) => void;

let asking: Answer[] = [];
let lastAnswerAt = Date.now();
const stepUpListeners = new Set<(open: boolean) => void>();
const endListeners = new Set<() => void>();

export const session = {
  /** Asks for the password once more; several requests at once share one dialog. */
  askStepUp(): Promise<boolean> {
    return new Promise((resolve) => {
      asking.push(resolve);
      for (const listener of stepUpListeners) listener(true);
    });
  },
  answerStepUp(confirmed: boolean): void {
    const waiting = asking;
    asking = [];
    for (const listener of stepUpListeners) listener(false);
    for (const resolve of waiting) resolve(confirmed);
  },
  onStepUp(listener: (open: boolean) => void): () => void {
    stepUpListeners.add(listener);
    return () => stepUpListeners.delete(listener);
  },
  ended(): void {
    for (const listener of endListeners) listener();
  },
  onEnded(listener: () => void): () => void {
    endListeners.add(listener);
    return () => endListeners.delete(listener);
  },
  /** The server answered for this session, so its idle time starts again. */
  touched(): void {
    lastAnswerAt = Date.now();
  },
  idleMs: (): number => Date.now() - lastAnswerAt,
};
