/** Thrown when a backbone is asked for that is neither `builtin` nor in the configuration. Not retryable. */
export class UnknownBackboneError extends Error {
  override readonly name = "UnknownBackboneError";
  readonly retryable = false;
  readonly backbone: string;

  constructor(backbone: string, known: readonly string[]) {
    super(
      `unknown backbone ${backbone}: known are ${known.join(", ")}; add it under backbones in the configuration`,
    );
    this.backbone = backbone;
  }
}
