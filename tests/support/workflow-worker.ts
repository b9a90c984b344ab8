/**
 * A workflow worker in a process of its own, so that a test can kill it: `workflow-worker.ts ADDRESS BUNDLE_FILE`. It prints
 * `ready` when it polls.
 */
import { DefaultLogger, NativeConnection, Runtime, Worker } from "@temporalio/worker";
import { TASK_QUEUES } from "../../protocol/names.ts";

const [address = "", codePath = ""] = process.argv.slice(2);
Runtime.install({ logger: new DefaultLogger("ERROR") });
const connection = await NativeConnection.connect({ address });
const worker = await Worker.create({
  connection,
  taskQueue: TASK_QUEUES.workflows,
  workflowBundle: { codePath },
});
process.once("SIGTERM", () => worker.shutdown());
const running = worker.run();
process.stdout.write("ready\n");
await running;
