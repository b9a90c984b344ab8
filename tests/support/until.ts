/** Waits until `check` gives a value that is not null; the deadline only turns a hang into a failure. */
export async function until<T>(
  check: () => Promise<T | null> | T | null,
  what: string,
  deadlineMs = 30_000,
): Promise<T> {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const value = await check();
    if (value !== null) return value;
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
