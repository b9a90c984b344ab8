/** A language model behind an OpenAI-compatible endpoint, as the configuration's `backbones` describe it. */
export interface BackboneSettings {
  /** Root of the endpoint, `/v1` included. */
  readonly baseUrl: string;
  /** Name of the model, as the endpoint knows it. */
  readonly model: string;
  /** Environment variable that holds the API key; null: the endpoint wants none. */
  readonly apiKeyEnv: string | null;
  /** US dollars per million tokens. */
  readonly pricePerMillion: { readonly promptUsd: number; readonly completionUsd: number };
  /** Tokens that one reply may have, reasoning included. */
  readonly maxCompletionTokens: number;
  /** Sampling temperature; null: the endpoint's default (some models refuse the field). */
  readonly temperature: number | null;
  /** Deadline of one call, in milliseconds. */
  readonly timeoutMs: number;
  /** Name of the field that carries the token limit; older servers know `max_tokens` only. @default "max_completion_tokens" */
  readonly maxTokensField?: "max_completion_tokens" | "max_tokens";
  /**
   * How structured output is asked for: by schema, as any JSON object, or by words alone. In the last two the schema stands in
   * the prompt. @default "json_schema"
   */
  readonly structuredOutput?: "json_schema" | "json_object" | "prompt";
  /** Times that a reply which cannot be used is asked for again. @default 2 */
  readonly maxRepairs?: number;
}
