/** The answer of `work`, or an error by then: a page that hangs leaves the browser's protocol without one for ever. */
export async function withLimit<T>(work: Promise<T>, ms: number, otherwise = "it did not end"): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`${otherwise} within ${ms / 1000} s`)), ms);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
