/** Prints one JSON document (indented) on stdout. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Prints one JSON line on stdout: an event of `watch`. */
export function printJsonLine(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Prints text on stdout: the answer of a verb. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Prints a message on stderr: progress, hints, the next useful command (left out where DOJO_HINTS=off: the demo has its own). */
export function say(text: string): void {
  if (process.env.DOJO_HINTS === "off" && text.startsWith("next: ")) return;
  process.stderr.write(`${text}\n`);
}
