import type { Kysely } from "kysely";
import type { SweepActivities } from "../../protocol/activities.ts";
import { upsertNight } from "../../store/nights.ts";
import type { Database } from "../../store/schema.ts";
import { withFaults } from "../with-faults.ts";
import { judgeNight } from "./judge-night.ts";

/** Milliseconds that a webhook may take to answer. */
const WEBHOOK_MS = 20_000;

/** Activities of a sweep's night. */
export function createSweepActivities({ db }: { readonly db: Kysely<Database> }): SweepActivities {
  return withFaults({
    recordNight: (night) => upsertNight(db, night),
    judgeNight: (night) => judgeNight(db, night),
    async notifyGate({ webhook, judgement }) {
      const response = await fetch(webhook, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(judgement),
        signal: AbortSignal.timeout(WEBHOOK_MS),
      });
      // Retried: whoever waits for the news wants it, and a receiver that restarts is soon there again.
      if (!response.ok) throw new Error(`the webhook answered ${response.status}`);
    },
  });
}
