/** Heartbeat details of gpu and sandbox activities; `dojo watch` shows them. */
export interface JobProgress {
  readonly job: string;
  /** `waiting`: another job holds the device; `running`; `unknown`: the driver can't tell, the job is left alone. */
  readonly state: "waiting" | "running" | "unknown";
  readonly done: number;
  readonly total: number | null;
  /** One line: `step 120/240, loss 0.31, 5200 tokens/s`. */
  readonly message: string;
}
