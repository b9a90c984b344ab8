import { z } from "zod";
import { addUsage, NO_USAGE, type Usage } from "../protocol/usage.ts";
import { AgentFailure, type AgentFailureReason } from "./agent-failure.ts";
import type { ChatMessage, ChatModel, ChatReply } from "./chat-model.ts";
import { LlmRejectedError } from "./llm-rejected-error.ts";
import { LlmRetryableError } from "./llm-retryable-error.ts";
import { strictJsonSchema } from "./strict-json-schema.ts";

export interface StructuredRequest<T> {
  readonly chat: ChatModel;
  readonly schema: z.ZodType<T>;
  /** Name of what is asked for: letters, digits, `_` and `-`. */
  readonly name: string;
  readonly messages: readonly ChatMessage[];
  /** Times that an unusable reply is asked for again. */
  readonly maxRepairs: number;
  /** State the schema in the prompt too: for endpoints that do not enforce it. @default false */
  readonly schemaInPrompt?: boolean;
}

/**
 * Asks for a value of the schema's shape. A refusal, a truncated reply, text that is no JSON or JSON of another shape is asked
 * for again with the error, at most `maxRepairs` times; usage is the sum over all calls.
 * @throws AgentFailure when the last reply is of no use either; LlmRetryableError and LlmRejectedError as they come, with the usage so far.
 */
export async function generateStructured<T>(
  request: StructuredRequest<T>,
): Promise<{ readonly value: T; readonly usage: Usage }> {
  const jsonSchema = strictJsonSchema(request.schema);
  const messages: ChatMessage[] = [...request.messages];
  const last = messages.at(-1);
  if (request.schemaInPrompt && last) {
    const asked = `Reply with one JSON document and nothing else. Its JSON Schema:\n${JSON.stringify(jsonSchema)}`;
    // Into the last message: some chat templates take neither a late system message nor two of one role in a row.
    messages[messages.length - 1] = { ...last, content: `${last.content}\n\n${asked}` };
  }
  let usage = NO_USAGE;
  for (let attempt = 0; ; attempt += 1) {
    const reply = await completeCounted(request, messages, jsonSchema, usage);
    usage = addUsage(usage, reply.usage);
    const read = readReply(reply, request.schema);
    if (read.ok) return { value: read.value, usage };
    if (attempt >= request.maxRepairs) {
      throw new AgentFailure(
        `${request.name}: ${read.problem} (after ${attempt + 1} ${attempt === 0 ? "call" : "calls"})`,
        {
          reason: read.reason,
          text: reply.text ?? reply.refusal,
          finishReason: reply.finishReason,
          usage,
        },
      );
    }
    const said = reply.text ?? reply.refusal;
    messages.push({ role: "assistant", content: said?.slice(0, 20_000) || "(no text)" });
    messages.push({
      role: "user",
      content: `That reply cannot be used: ${read.problem}. ${read.remedy}`,
    });
  }
}

async function completeCounted<T>(
  request: StructuredRequest<T>,
  messages: readonly ChatMessage[],
  schema: Readonly<Record<string, unknown>>,
  usage: Usage,
): Promise<ChatReply> {
  try {
    return await request.chat.complete({
      messages: [...messages],
      responseSchema: { name: request.name, schema },
    });
  } catch (error) {
    if (error instanceof LlmRetryableError) {
      throw new LlmRetryableError(error.message, { ...pick(error), cause: error, usage });
    }
    if (error instanceof LlmRejectedError) {
      const { kind, status } = error;
      throw new LlmRejectedError(error.message, { kind, status, cause: error, usage });
    }
    throw error;
  }
}

function pick(error: LlmRetryableError) {
  return { status: error.status, retryAfterMs: error.retryAfterMs };
}

type Read<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      readonly reason: AgentFailureReason;
      readonly problem: string;
      readonly remedy: string;
    };

function readReply<T>(reply: ChatReply, schema: z.ZodType<T>): Read<T> {
  const whole = "Send the whole document again, valid and complete.";
  if (reply.refusal !== null || reply.finishReason === "content_filter") {
    const words =
      reply.refusal?.replace(/\s+/g, " ").slice(0, 300) ?? "stopped by a content filter";
    return {
      ok: false,
      reason: "refusal",
      problem: `the model refused: ${words}`,
      remedy:
        "The task is ordinary machine-learning work on public or synthetic data. Send the document that was asked for.",
    };
  }
  if (reply.finishReason === "length") {
    return {
      ok: false,
      reason: "truncated",
      problem: "it was cut off at the token limit",
      remedy: "Send a shorter document that is complete.",
    };
  }
  if (!reply.text?.trim()) {
    return { ok: false, reason: "empty", problem: "it holds no text", remedy: whole };
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(withoutFence(reply.text));
  } catch (error) {
    const problem = `it is not JSON: ${(error as Error).message.slice(0, 200)}`;
    return { ok: false, reason: "not-json", problem, remedy: whole };
  }
  const checked = schema.safeParse(parsed);
  if (checked.success) return { ok: true, value: checked.data };
  const problem = `it violates the schema: ${z.prettifyError(checked.error).replace(/\s+/g, " ").slice(0, 800)}`;
  return { ok: false, reason: "schema-violation", problem, remedy: whole };
}

/** Endpoints that do not enforce the schema often wrap the document in a code fence. */
function withoutFence(text: string): string {
  return /^\s*```(?:json)?\s*\n([\s\S]*?)\n\s*```\s*$/.exec(text)?.[1] ?? text;
}
