import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One scripted answer of the server. */
export type Answer =
  | {
      readonly kind: "reply";
      readonly content: string | null;
      readonly refusal?: string;
      readonly finishReason?: string;
      readonly usage?: boolean;
    }
  | {
      readonly kind: "status";
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly message?: string;
    }
  /** Half a body under a Content-Length for the whole, then the socket is destroyed. */
  | { readonly kind: "cut-body" }
  /** Half a body in chunks, then the socket is destroyed. */
  | { readonly kind: "cut-chunks" }
  /** The socket is destroyed before any byte. */
  | { readonly kind: "hang-up" }
  /** A whole HTTP reply whose body is no JSON. */
  | { readonly kind: "broken-json" };

export interface ChatServer {
  readonly baseUrl: string;
  /** Bodies of the requests received, in order. */
  readonly requests: {
    readonly headers: IncomingMessage["headers"];
    readonly body: Record<string, unknown>;
  }[];
  close(): Promise<void>;
}

/** A server on 127.0.0.1 that speaks the chat-completions protocol and answers as scripted, in order. */
export async function startChatServer(script: readonly Answer[]): Promise<ChatServer> {
  const requests: ChatServer["requests"] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
      requests.push({ headers: request.headers, body });
      const answer = script[requests.length - 1];
      if (request.url !== "/v1/chat/completions" || !answer)
        send(response, 404, {}, { error: { message: "nothing scripted" } });
      else give(response, answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function give(response: ServerResponse, answer: Answer): void {
  const whole = JSON.stringify(completion({ kind: "reply", content: "x".repeat(4000) }));
  switch (answer.kind) {
    case "reply":
      send(response, 200, {}, completion(answer));
      return;
    case "status":
      send(response, answer.status, answer.headers ?? {}, {
        error: { message: answer.message ?? "scripted" },
      });
      return;
    case "cut-body":
      response.writeHead(200, {
        "content-type": "application/json",
        "content-length": whole.length,
      });
      response.write(whole.slice(0, 2000), () => response.destroy());
      return;
    case "cut-chunks":
      response.writeHead(200, { "content-type": "application/json" });
      response.write(whole.slice(0, 2000), () => response.destroy());
      return;
    case "hang-up":
      response.destroy();
      return;
    case "broken-json":
      response.writeHead(200, { "content-type": "application/json" });
      response.end(whole.slice(0, 2000));
      return;
  }
}

function completion(answer: Extract<Answer, { kind: "reply" }>): unknown {
  return {
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 0,
    model: "scripted",
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: answer.content, refusal: answer.refusal ?? null },
        finish_reason: answer.finishReason ?? "stop",
      },
    ],
    ...(answer.usage === false
      ? {}
      : { usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 } }),
  };
}

function send(
  response: ServerResponse,
  status: number,
  headers: Record<string, string>,
  body: unknown,
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}
