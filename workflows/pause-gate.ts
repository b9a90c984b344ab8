import { condition, defineSignal, setHandler } from "@temporalio/workflow";
import { CONTROL } from "../protocol/control.ts";

export const pauseSignal = defineSignal(CONTROL.pause);
export const resumeSignal = defineSignal(CONTROL.resume);

/** Holds a workflow back between two stages. */
export interface PauseGate {
  readonly paused: () => boolean;
  /** Resolves at once, or when the pause ends. */
  readonly pass: () => Promise<void>;
}

/** Registers `pause` and `resume`; `onChange` is told of each change. */
export function pauseGate(options: {
  readonly paused: boolean;
  readonly onChange: (paused: boolean) => void;
}): PauseGate {
  let paused = options.paused;
  const set = (value: boolean) => {
    if (paused === value) return;
    paused = value;
    options.onChange(value);
  };
  setHandler(pauseSignal, () => set(true), { description: "Stop before the next stage." });
  setHandler(resumeSignal, () => set(false), { description: "Go on after a pause." });
  return { paused: () => paused, pass: () => condition(() => !paused) };
}
