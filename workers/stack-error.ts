/**
 * Thrown when the embedded stack can't be started; the message is one line: what, where, what to do.
 * `bad-input`: something that the user set; `missing`: a tool that set-up provides; `failed`: anything else.
 */
export class StackError extends Error {
  override readonly name = "StackError";
  readonly reason: "bad-input" | "missing" | "failed";

  constructor(reason: StackError["reason"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
