/** Thrown when the configuration is wrong: one line that says which file or variable, which key, and why. Not retryable. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}
