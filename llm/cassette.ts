import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ChatModel, ChatReply, ChatRequest } from "./chat-model.ts";

/** sha256 of a request, by which its reply is kept. */
export function requestHash(request: ChatRequest): string {
  const canonical = JSON.stringify([
    request.messages.map(({ role, content }) => [role, content]),
    request.responseSchema,
  ]);
  return createHash("sha256").update(canonical).digest("hex");
}

/**
 * A chat model that answers from recorded replies, one file per request hash under `folder`. With `live`, a request that is
 * not recorded goes there and is recorded; without, it throws and names the hash. Keys are no part of a request, so none is kept.
 */
export function cassette(folder: string, live: ChatModel | null): ChatModel {
  return {
    async complete(request) {
      const hash = requestHash(request);
      const file = join(folder, `${hash}.json`);
      if (existsSync(file)) {
        return (JSON.parse(readFileSync(file, "utf8")) as { reply: ChatReply }).reply;
      }
      if (!live)
        throw new Error(`no recorded reply ${hash}.json in ${folder}; record it with a live model`);
      const reply = await live.complete(request);
      mkdirSync(folder, { recursive: true });
      writeFileSync(file, `${JSON.stringify({ request, reply }, null, 2)}\n`);
      return reply;
    },
  };
}
