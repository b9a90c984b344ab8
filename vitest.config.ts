import { defineConfig } from "vitest/config";

const everything = ["tests/**/*.test.ts"];
const chaos = ["tests/chaos/**/*.test.ts"];

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Whole stacks with real trainings come last, and alone: they need the machine.
    projects: [
      { extends: true, test: { name: "rooms", include: everything, exclude: chaos } },
      { extends: true, test: { name: "chaos", include: chaos, sequence: { groupOrder: 1 } } },
    ],
  },
});
