import type { AgentTaskCard } from "../../../protocol/agent.ts";
import { type Appraisal, appraiseSources } from "./appraisal.ts";
import { type Plan, withOperations, withTraining } from "./plan.ts";
import { readProfile } from "./profile.ts";
import { addSource } from "./source-moves.ts";

/** What an operator's hint asks for, as changes that every later plan goes through. */
export interface Wish {
  readonly hint: string;
  readonly description: string;
  readonly apply: (plan: Plan) => Plan;
}

export interface ReadHints {
  readonly wishes: readonly Wish[];
  /** Hints in which nothing was understood. */
  readonly unread: readonly string[];
}

const NEGATION = String.raw`(?<negation>(?:do not|don'?t|never|not|no longer|no need to)\s+(?:\w+\s+)?)?`;
const AWAY = String.raw`(?<away>drop|avoid|without|exclud|ignor|remov|skip|leave out|leav\w* out|distrust|reject)`;
const TOWARDS = `(?<towards>use|using|add|includ|take|keep|prefer|try|trust|need|want|more of|bring)`;
const VERB = new RegExp(String.raw`\b${NEGATION}(?:${AWAY}|${TOWARDS})\w*`, "gi");
const VALUE = String.raw`(?:\s*(?:of|to|at|is|=|:|about|around))*\s*(\d+(?:\.\d+)?(?:e-?\d+)?)`;

/** Reads the hints, oldest first; a later one wins over an earlier one about the same thing, since it is applied after it. */
export function readHints(
  hints: readonly string[],
  card: AgentTaskCard,
  profile: unknown,
  base: Plan,
): ReadHints {
  const appraisals = appraiseSources(
    card,
    readProfile(
      profile,
      card.sources.map(({ name }) => name),
    ),
  );
  const wishes: Wish[] = [];
  const unread: string[] = [];
  for (const hint of hints) {
    const found = [
      ...sourceWishes(hint, appraisals),
      ...trainingWishes(hint, card, base),
      ...dataWishes(hint),
    ];
    wishes.push(...found);
    if (found.length === 0) unread.push(hint);
  }
  return { wishes, unread };
}

/** The plan as the operator wishes it. */
export function admitByHints(plan: Plan, wishes: readonly Wish[]): Plan {
  return wishes.reduce((wished, wish) => wish.apply(wished), plan);
}

function sourceWishes(hint: string, appraisals: readonly Appraisal[]): readonly Wish[] {
  return appraisals.flatMap((appraisal): readonly Wish[] => {
    const words = appraisal.name.split(/[-_ ]/).map(escapeRegExp).join("[-_ ]");
    const place = new RegExp(`(?<![\\w-])${words}(?![\\w-])`, "i").exec(hint)?.index;
    const wanted = place === undefined ? null : wantedAt(hint, place);
    if (wanted === null) return [];
    if (wanted) {
      return [
        {
          hint,
          description: `with ${appraisal.name}`,
          apply: (plan) =>
            plan.sources.some((source) => source.name === appraisal.name)
              ? plan
              : addSource(plan, appraisals, appraisal),
        },
      ];
    }
    return [
      {
        hint,
        description: `without ${appraisal.name}`,
        apply: (plan) => {
          const sources = plan.sources.filter((source) => source.name !== appraisal.name);
          return sources.length > 0 ? { ...plan, sources } : plan;
        },
      },
    ];
  });
}

/** Whether the verb that goes with the name at `place` wants it: the last verb before it, else the first one after it; null: none. */
function wantedAt(hint: string, place: number): boolean | null {
  const verbs = [...hint.matchAll(VERB)];
  const verb =
    verbs.findLast(({ index }) => index < place) ?? verbs.find(({ index }) => index > place);
  if (!verb?.groups) return null;
  return (verb.groups.towards !== undefined) !== (verb.groups.negation !== undefined);
}

function trainingWishes(hint: string, card: AgentTaskCard, base: Plan): readonly Wish[] {
  const wishes: Wish[] = [];
  const add = (description: string, change: Partial<Plan["train"]>) =>
    wishes.push({ hint, description, apply: (plan) => withTraining(plan, change) });
  const rate = number(hint, `(?:learning[ -]rate|\\blr)${VALUE}`);
  const { train } = base;
  if (rate !== null && rate > 0 && rate <= 1) add(`learning rate ${rate}`, { learning_rate: rate });
  else if (/\b(lower|smaller|reduce|decrease)\b[^.;]*\b(learning[ -]rate|lr)\b/i.test(hint)) {
    add(`learning rate ${train.learning_rate / 2}`, { learning_rate: train.learning_rate / 2 });
  } else if (/\b(higher|larger|raise|increase)\b[^.;]*\b(learning[ -]rate|lr)\b/i.test(hint)) {
    const higher = Math.min(1, train.learning_rate * 2);
    add(`learning rate ${higher}`, { learning_rate: higher });
  }
  const steps =
    number(hint, `\\bsteps${VALUE}`) ??
    number(hint, String.raw`(\d+)\s+(?:training |optimizer )?steps`);
  const limit = card.limits.maxSteps;
  if (steps !== null && steps >= 1)
    add(`${Math.min(limit, steps)} steps`, { max_steps: Math.min(limit, Math.floor(steps)) });
  else if (/\bfewer steps|\bless steps|\bshorter training/i.test(hint)) {
    add("half the steps", { max_steps: Math.max(1, Math.floor((train.max_steps ?? limit) / 2)) });
  } else if (/\bmore steps|\blonger training|\btrain longer/i.test(hint)) {
    add("as many steps as allowed", { max_steps: Math.min(limit, (train.max_steps ?? limit) * 2) });
  }
  const batch = number(hint, `\\bbatch(?:es)?(?:[ -]size)?${VALUE}`);
  if (batch !== null && batch >= 1 && batch <= 1024)
    add(`batches of ${Math.floor(batch)}`, { per_device_train_batch_size: Math.floor(batch) });
  if (/\blora\b/i.test(hint)) {
    const method = /\b(?:no|without|drop|avoid|not|don'?t)\b[^.;]*\blora\b/i.test(hint)
      ? "full"
      : "lora";
    add(`method ${method}`, { method });
  } else if (/\bfull fine-?tuning\b/i.test(hint)) add("method full", { method: "full" });
  return wishes;
}

function dataWishes(hint: string): readonly Wish[] {
  const forms: [RegExp, string, Partial<Plan["operations"]>][] = [
    [
      /\bbalanc\w* (?:the )?(?:labels|classes)|\blabel (?:im)?balance|\bclass (?:im)?balance/i,
      "balanced labels",
      { balance: 1.2 },
    ],
    [
      /\b(?:de-?dup\w*|remove duplicates|drop duplicates)\b/i,
      "near duplicates merged",
      { dedupe: "normalized" },
    ],
    [
      /\b(?:check|verify)\w*\b[^.;]*\b(?:arithmetic|calculation|sums?|math)/i,
      "calculations checked",
      { arithmetic: true },
    ],
    [
      /\b(?:drop|remove|avoid|no|without)\b[^.;]*\b(?:direct answers|answers without (?:steps|reasoning))/i,
      "no direct answers",
      { dropDirect: true },
    ],
    [
      /\b(?:conflict\w*|disagree\w*|majority)\b/i,
      "the majority's answer kept",
      { conflicts: "majority" },
    ],
  ];
  return forms
    .filter(([form]) => form.test(hint))
    .map(([, description, change]) => ({
      hint,
      description,
      apply: (plan) => withOperations(plan, change),
    }));
}

function number(text: string, pattern: string): number | null {
  const found = new RegExp(pattern, "i").exec(text)?.[1];
  const value = found === undefined ? Number.NaN : Number(found);
  return Number.isFinite(value) ? value : null;
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
