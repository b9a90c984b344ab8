import { iterationLabel, parseRunId } from "../../protocol/ids.ts";
import type { Palette } from "../terminal/palette.ts";
import type { WatchEvent } from "./watch-event.ts";

/** Prints events as lines for logs and pipes: progress only as each quarter of a job is done. */
export class EventLines {
  readonly #palette: Palette;
  readonly #quarters = new Map<string, number>();

  constructor(palette: Palette) {
    this.#palette = palette;
  }

  /** `12:03:04  it02  training`, or null for what is too small to tell. */
  line(event: WatchEvent): string | null {
    const { dim, red, bold } = this.#palette;
    const { stage } = event;
    const label = stage?.id ?? (event.iteration === null ? "" : iterationLabel(event.iteration));
    const prefix = `${dim(event.at.slice(11, 19))}  ${label.padEnd(14)}`;
    switch (event.event) {
      case "closed":
        return null;
      case "stage-started":
        // A run's trace tells its phases already.
        return parseRunId(event.id) === null ? `${prefix}  ${stage?.name}` : null;
      case "progress":
        return this.#newQuarter(event) ? `${prefix}  ${event.detail}` : null;
      case "stage-retrying":
        return `${prefix}  ${red(`${stage?.name}: attempt ${stage?.attempt}`)} after: ${event.detail}`;
      case "iteration-closed":
        return `${prefix}  ${bold(event.detail)}`;
      default:
        return `${prefix}  ${event.event}${event.detail === "" ? "" : `: ${event.detail}`}`;
    }
  }

  #newQuarter({ id, stage }: WatchEvent): boolean {
    if (stage?.done == null || stage.total == null || stage.total <= 0) return false;
    const key = `${id}|${stage.workflow}|${stage.id}`;
    const quarter = Math.floor((4 * stage.done) / stage.total);
    if (quarter <= (this.#quarters.get(key) ?? 0)) return false;
    this.#quarters.set(key, quarter);
    return true;
  }
}
