/** Thrown when the environment variable that should hold a backbone's API key is unset or empty. Not retryable. */
export class MissingApiKeyError extends Error {
  override readonly name = "MissingApiKeyError";
  readonly retryable = false;
  readonly backbone: string;
  readonly variable: string;

  constructor(backbone: string, variable: string) {
    super(
      `backbone ${backbone}: the environment variable ${variable} holds no API key; set it, or use --backbone builtin`,
    );
    this.backbone = backbone;
    this.variable = variable;
  }
}
