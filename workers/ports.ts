import { createServer } from "node:net";
import { StackError } from "./stack-error.ts";

/** Whether a TCP port of 127.0.0.1 can be listened on right now. */
export async function isFree(port: number): Promise<boolean> {
  return (await listenOn(port)) !== null;
}

/** A free TCP port of 127.0.0.1. */
export async function freePort(): Promise<number> {
  const port = await listenOn(0);
  if (port === null) throw new StackError("failed", "no free TCP port on 127.0.0.1");
  return port;
}

/**
 * The port that is configured (which must be free), else the one used before when it is free, else any free one.
 * @param key dotted path of the configuration, for the message
 */
export async function choosePort(choice: {
  readonly key: string;
  readonly origin: string;
  readonly configured: number | null;
  readonly previous: number | null;
}): Promise<number> {
  const { configured, previous } = choice;
  if (configured !== null) {
    if (await isFree(configured)) return configured;
    throw new StackError(
      "bad-input",
      `port ${configured} on 127.0.0.1 is in use (${choice.key}, from ${choice.origin}); choose another, or null for any free one`,
    );
  }
  if (previous !== null && (await isFree(previous))) return previous;
  return freePort();
}

function listenOn(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(null));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : null));
    });
  });
}
