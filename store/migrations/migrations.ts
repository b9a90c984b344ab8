import { firstTables } from "./001-first-tables.ts";
import { studies } from "./002-studies.ts";
import { nights } from "./003-nights.ts";
import { experimentImage } from "./004-experiment-image.ts";
import type { Migration } from "./migration.ts";

/** All migrations in order; a migration's version is its place, counted from 1. */
export const MIGRATIONS: readonly Migration[] = [firstTables, studies, nights, experimentImage];
