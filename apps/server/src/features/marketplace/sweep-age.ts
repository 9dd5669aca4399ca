/** How long what was uploaded is kept while nothing uses it, counted from when it was uploaded last. */
export const unusedDaysKept = 7;

/** The moment before which what nothing uses was uploaded too long ago. */
export const unusedSince = (now: Date): Date => new Date(now.getTime() - unusedDaysKept * 86_400_000);
