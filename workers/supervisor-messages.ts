import type { RawConfig } from "../config/schema.ts";
import type { StackError } from "./stack-error.ts";

/** What `dojo up` hands to the supervisor. */
export interface SupervisorRequest {
  readonly config: RawConfig;
  /** Where explicit ports come from, for the message when they are in use. */
  readonly origins: { readonly port: string; readonly uiPort: string };
}

/**
 * What the supervisor answers. `busy`: another one already keeps this home; `ready`: every pool polls; `failed`: nothing is
 * left running.
 */
export type SupervisorReply =
  | { readonly kind: "progress"; readonly message: string }
  | { readonly kind: "busy" }
  | { readonly kind: "ready" }
  | { readonly kind: "failed"; readonly reason: StackError["reason"]; readonly message: string };
