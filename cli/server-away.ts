import { isGrpcServiceError, ServiceError } from "@temporalio/client";

/** gRPC codes of a server that is not there, or too busy to answer: DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, UNAVAILABLE. */
const AWAY = new Set([4, 8, 14]);

/** Whether an error of the Temporal client says that the server did not answer; trying again can help. */
export function isServerAway(error: unknown): boolean {
  const inner = error instanceof ServiceError ? error.cause : error;
  return isGrpcServiceError(inner) && AWAY.has(inner.code);
}
