import type { AgentTaskCard } from "../../../protocol/agent.ts";
import type { Profile, SourceProfile } from "./profile.ts";

/** What the profile says of one source's worth. */
export interface Appraisal {
  readonly name: string;
  /** 0..1: how far its answers can be believed. */
  readonly trust: number;
  /** Share of rows that state an answer, in the asked format or in another wording. */
  readonly usableShare: number;
  /** Whether its wordings need rewriting. */
  readonly needsRewriting: boolean;
  /** Rows that would be left of it: usable, distinct, with steps before the answer. */
  readonly usableRows: number;
  readonly profile: SourceProfile;
}

/** Words by which hubs describe care, and the lack of it. */
const CAREFUL =
  /\b(checked|verified|reviewed|audited|expert|senior|official|teacher|curated|printed|peer)/i;
const CARELESS =
  /\b(crowd|forum|volunteer|community|scraped|mined|crawled|automatic|unverified|students?|public|user|noisy|several)/i;

/** Every source with its worth, the most trusted first; a pure function of card and profile. */
export function appraiseSources(card: AgentTaskCard, profile: Profile): readonly Appraisal[] {
  const appraisals = profile.sources.map((source) => {
    const description = card.sources.find(({ name }) => name === source.name)?.description ?? "";
    return appraise(source, description, profile, card);
  });
  return appraisals.toSorted((a, b) => b.trust - a.trust || a.name.localeCompare(b.name));
}

function appraise(
  source: SourceProfile,
  description: string,
  profile: Profile,
  card: AgentTaskCard,
): Appraisal {
  const usableShare = usable(source, profile, card);
  const agreement = bestAgreement(source.name, profile);
  const distinct = Math.max(
    0,
    1 - source.duplicateRows / Math.max(1, source.rows) - source.nearDuplicateShare,
  );
  let trust = 0.6;
  trust -= 1.2 * source.conflictingPromptShare;
  // Another wording is no sign of wrong answers: it counts nearly as much as the asked format.
  trust += 0.3 * (Math.max(source.answerFormatPassRate, 0.8 * usableShare) - 0.5);
  trust -= 0.25 * source.directShare;
  trust -= 0.4 * (1 - usableShare);
  trust -= 0.15 * (1 - distinct);
  trust += agreement === null ? 0 : 0.3 * (agreement - 0.7);
  if (CAREFUL.test(description)) trust += 0.12;
  if (CARELESS.test(description)) trust -= 0.12;
  return {
    name: source.name,
    trust: Math.min(1, Math.max(0, Math.round(trust * 1000) / 1000)),
    usableShare,
    needsRewriting:
      source.answerFormatPassRate < 0.95 && usableShare > source.answerFormatPassRate + 0.05,
    usableRows: Math.round(source.rows * usableShare * distinct * (1 - source.directShare)),
    profile: source,
  };
}

/** Rows with an answer that the generated script finds: the asked format, and wordings whose answers the format takes. */
function usable(source: SourceProfile, profile: Profile, card: AgentTaskCard): number {
  const shares = RESTATED.map((style) => source.statementStyles[style] ?? 0);
  const restated = shares.reduce((sum, share) => sum + share, 0);
  if (restated === 0 || !admissibleExample(source, profile, card))
    return source.answerFormatPassRate;
  return Math.min(1, source.answerFormatPassRate + restated);
}

/** Ways of stating an answer that the generated script rewrites. */
const RESTATED = ["boxed", "final-answer", "answer-is", "answer-colon", "option-is", "json"];

/** Whether the asked format takes the answer of any shown row, or none shows how its answers look. */
function admissibleExample(source: SourceProfile, profile: Profile, card: AgentTaskCard): boolean {
  const patterns = RESTATED.flatMap((style) => compile(profile.stylePatterns[style]));
  if (source.examples.length < 3 || patterns.length === 0) return true;
  const format = new RegExp(card.answerPattern);
  return source.examples.some(({ completion }) =>
    patterns.some((pattern) =>
      [...completion.matchAll(pattern)].some((match) => {
        const answer = (match[1] ?? "").trim().replace(/[.;,!*]+$/, "");
        return format.test(card.answerTemplate.replace("{answer}", () => answer));
      }),
    ),
  );
}

/** A Python pattern with its leading flags; empty where it cannot be read here. */
function compile(pattern: string | undefined): readonly RegExp[] {
  if (!pattern) return [];
  const flags = /^\(\?([im]+)\)/.exec(pattern)?.[1] ?? "";
  try {
    return [new RegExp(pattern.replace(/^\(\?[im]+\)/, ""), `g${flags}`)];
  } catch {
    return [];
  }
}

/** With the source that it agrees with most: two that agree are hardly both wrong, while a bad one agrees with none. */
function bestAgreement(name: string, profile: Profile): number | null {
  const own = profile.overlaps.filter(({ source, share }) => source === name && share > 0.005);
  return own.length === 0 ? null : Math.max(...own.map(({ agreement }) => agreement));
}
