// Entry of a process of its own, so that the bundler's memory goes when it is done: prints the bundle's path.
import { loadConfig } from "../config/load.ts";
import { workflowBundle } from "./workflow-bundle.ts";

const config = loadConfig({ file: process.argv[2], env: {} });
process.stdout.write(`${await workflowBundle(config)}\n`);
process.exit(0);
