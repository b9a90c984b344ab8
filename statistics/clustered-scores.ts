import type { Random } from "./random.ts";
import type { Aggregate, ScoreRow } from "./score-row.ts";

/** Sums of scores and counts of items, one place per subtask. */
interface Cluster {
  readonly sums: Float64Array;
  readonly counts: Float64Array;
}

/** Item scores as the bootstrap needs them: grouped by cluster, clusters grouped into strata. */
export interface ClusteredScores {
  readonly n: number;
  readonly clusters: number;
  /** The figure over all items. */
  readonly value: number;
  /** The figure without each cluster in turn. */
  jackknife(): Float64Array;
  /** One resample: as many clusters of each stratum, drawn with replacement. */
  resample(random: Random): number;
  /** Standard error by linearization between clusters (Taylor), with k / (k - 1). Needs two clusters. */
  standardError(): number;
}

/**
 * Groups rows. The stratum of a cluster is the set of subtasks that it holds, so that a cluster over several subtasks stays whole.
 * Strata of one cluster vary only together, so they are pooled.
 * @throws RangeError when there are no rows
 */
export function clusterScores(
  rows: readonly ScoreRow[],
  aggregate: Aggregate = "items",
): ClusteredScores {
  if (rows.length === 0) throw new RangeError("no scores to aggregate");
  const places = new Map<string, number>();
  for (const row of rows) if (!places.has(row.subtask)) places.set(row.subtask, places.size);
  const size = places.size;
  const byKey = new Map<string, Cluster>();
  for (const row of rows) {
    const key = row.cluster === null ? `item ${row.item}` : `cluster ${row.cluster}`;
    const cluster = byKey.get(key) ?? empty(size);
    byKey.set(key, cluster);
    add(cluster, places.get(row.subtask) ?? 0, row.score, 1);
  }
  const clusters = [...byKey.values()];
  const strata = stratify(clusters);
  const figure = aggregate === "items" ? meanOverItems : meanOverSubtasks;
  const total = empty(size);
  for (const cluster of clusters) addCluster(total, cluster, 1);
  const value = figure(total);

  return {
    n: rows.length,
    clusters: clusters.length,
    value,
    jackknife() {
      return Float64Array.from(clusters, (cluster) => {
        const rest = empty(size);
        addCluster(rest, total, 1);
        addCluster(rest, cluster, -1);
        return figure(rest);
      });
    },
    resample(random) {
      const drawn = empty(size);
      for (const stratum of strata) {
        for (let index = 0; index < stratum.length; index += 1) {
          addCluster(drawn, stratum[random.below(stratum.length)] as Cluster, 1);
        }
      }
      return figure(drawn);
    },
    standardError() {
      const k = clusters.length;
      const squares = clusters.reduce(
        (sum, cluster) => sum + influence(cluster, total, aggregate) ** 2,
        0,
      );
      return Math.sqrt((k / (k - 1)) * squares);
    },
  };
}

function stratify(clusters: readonly Cluster[]): Cluster[][] {
  const strata = new Map<string, Cluster[]>();
  for (const cluster of clusters) {
    const key = cluster.counts.reduce(
      (text, count, place) => (count > 0 ? `${text}/${place}` : text),
      "",
    );
    const stratum = strata.get(key);
    if (stratum === undefined) strata.set(key, [cluster]);
    else stratum.push(cluster);
  }
  const large = [...strata.values()].filter((stratum) => stratum.length > 1);
  const single = [...strata.values()].filter((stratum) => stratum.length === 1).flat();
  return single.length > 0 ? [...large, single] : large;
}

function meanOverItems(group: Cluster): number {
  return sum(group.sums) / sum(group.counts);
}

/** A subtask that a resample did not draw has no mean and is left out of that resample. */
function meanOverSubtasks(group: Cluster): number {
  let total = 0;
  let subtasks = 0;
  for (const [place, count] of group.counts.entries()) {
    if (count === 0) continue;
    total += (group.sums[place] as number) / count;
    subtasks += 1;
  }
  return total / subtasks;
}

/** How far one cluster moves the figure: the first-order term of its Taylor expansion. */
function influence(cluster: Cluster, total: Cluster, aggregate: Aggregate): number {
  if (aggregate === "items") {
    return (sum(cluster.sums) - meanOverItems(total) * sum(cluster.counts)) / sum(total.counts);
  }
  let moved = 0;
  for (const [place, count] of total.counts.entries()) {
    const mean = (total.sums[place] as number) / count;
    moved += ((cluster.sums[place] as number) - mean * (cluster.counts[place] as number)) / count;
  }
  return moved / total.counts.length;
}

function empty(size: number): Cluster {
  return { sums: new Float64Array(size), counts: new Float64Array(size) };
}

function add(group: Cluster, place: number, score: number, count: number): void {
  group.sums[place] = (group.sums[place] as number) + score;
  group.counts[place] = (group.counts[place] as number) + count;
}

function addCluster(group: Cluster, cluster: Cluster, sign: 1 | -1): void {
  for (let place = 0; place < group.sums.length; place += 1) {
    add(
      group,
      place,
      sign * (cluster.sums[place] as number),
      sign * (cluster.counts[place] as number),
    );
  }
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
