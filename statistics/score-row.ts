/** Score of one item. */
export interface ScoreRow {
  readonly item: string;
  readonly subtask: string;
  /** Items that share a source share their cluster; null: the item stands alone. */
  readonly cluster: string | null;
  readonly score: number;
}

/** How item scores become one figure: the mean over `items`, or the mean over `subtasks` of their means. */
export type Aggregate = "items" | "subtasks";
