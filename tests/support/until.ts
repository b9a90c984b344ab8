/** Waits until `check` gives something that is not null, undefined or false; the deadline only turns a hang into a failure. */
export async function until<T>(
  check: () => Promise<T> | T,
  what: string,
  deadlineMs = 30_000,
): Promise<Exclude<T, null | undefined | false>> {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const value = await check();
    if (value !== null && value !== undefined && value !== false) {
      return value as Exclude<T, null | undefined | false>;
    }
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
