/** The person's own glasses that are open: asked for by the band on every page, so that others find the answer there already. */
export const ownOpenGlasses = { mine: true, state: "open" } as const;
