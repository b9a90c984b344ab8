import type { Usage } from "../protocol/usage.ts";

export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

/** JSON Schema of a structured reply, with the name that the endpoint shows in its errors. */
export interface ResponseSchema {
  readonly name: string;
  readonly schema: Readonly<Record<string, unknown>>;
}

export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  /** null: free text. */
  readonly responseSchema: ResponseSchema | null;
}

export interface ChatReply {
  /** null where the endpoint gave no text. */
  readonly text: string | null;
  /** The model's words where it refused; else null. */
  readonly refusal: string | null;
  /** As the endpoint says it: `stop`, `length`, `content_filter`, ... */
  readonly finishReason: string;
  /** Of this one call. */
  readonly usage: Usage;
}

/**
 * The part of a chat-completions endpoint that agents depend on.
 * `complete` throws {@link LlmRetryableError} for what may pass by itself and {@link LlmRejectedError} for what will not.
 */
export interface ChatModel {
  complete(request: ChatRequest): Promise<ChatReply>;
}
