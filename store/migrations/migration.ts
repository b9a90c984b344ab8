import type { Kysely } from "kysely";

/** One step of the schema. It never changes once released: later changes are later migrations. */
export interface Migration {
  readonly name: string;
  up(db: Kysely<unknown>): Promise<void>;
}
