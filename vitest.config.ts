import { defineConfig } from "vitest/config";

const everything = ["tests/**/*.test.ts"];
const chaos = ["tests/chaos/**/*.test.ts"];
const sandbox = ["tests/sandbox/**/*.test.ts"];

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: { name: "rooms", include: everything, exclude: [...chaos, ...sandbox] },
      },
      // Both drivers, one container engine for all of its files.
      {
        extends: true,
        test: {
          name: "sandbox",
          include: sandbox,
          globalSetup: ["tests/support/docker-project.ts"],
        },
      },
      // Whole stacks with real trainings come last, and alone: they need the machine.
      { extends: true, test: { name: "chaos", include: chaos, sequence: { groupOrder: 1 } } },
    ],
  },
});
