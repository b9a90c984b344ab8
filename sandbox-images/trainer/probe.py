"""Tries the submission's own batch at the worst length: two optimizer steps, a checkpoint saved and
loaded, a finite loss.

    python probe.py --model DIR --data sample.jsonl --config train.yaml --context 256 --out OUT

Sample rows are repeated up to the configured length, so that a training which passes here does not
run out of memory later. Classes: `invalid-config`, `out-of-memory` (estimated far above what there
is, or tried and failed), `non-finite-loss`, and the row classes. Writes OUT/result.json {ok,
estimatedMemoryBytes, peakMemoryBytes, secondsPerStep, tokensPerStep, ...}.
"""

from __future__ import annotations

import argparse
import math
import shutil
import sys
from pathlib import Path

from result import Failure, reporting, write_result
from startup import pin_environment, pin_torch

STEPS = 2
#: More micro-batches per step need no more memory, only time.
MICRO_BATCHES = 2
#: The estimate is rough: only what is beyond doubt is refused without trying.
HOPELESS = 2.0


def arguments() -> argparse.Namespace:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument(
        "--config", type=Path, required=True, help="train.yaml with every key present"
    )
    parser.add_argument("--context", type=int, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    return parser.parse_args()


def main() -> int:
    """Runs the probe; returns the exit status."""
    args = arguments()
    pin_environment(args.threads)
    with reporting(args.out):
        try:
            probe(args)
        finally:
            shutil.rmtree(args.out / "checkpoints", ignore_errors=True)
    return 0


def probe(args: argparse.Namespace) -> None:
    """Estimate, try, save, load, report."""
    from chat import Chat, EncodedRow
    from memory_estimate import available_bytes, estimate_bytes
    from metrics import MetricsLog
    from models import load_for_training, peak_memory, pick_device
    from rows import read_rows
    from train_config import read_config

    config = read_config(args.config)
    length = min(config.max_length or args.context, args.context)
    encoded = [
        row
        for row in Chat(args.model).encode_rows(read_rows(args.data))
        if row.prompt_length < len(row.ids)
    ]
    if not encoded:
        raise Failure("no-rows", f"no row of {args.data.name} has a completion")

    import checkpoints
    from training import make_dataset, make_tokenizer, make_trainer, mean_loss

    pin_torch(args.threads, args.seed)
    device = pick_device(args.device)
    batch = config.per_device_train_batch_size
    config = config._replace(
        gradient_accumulation_steps=min(MICRO_BATCHES, config.gradient_accumulation_steps),
        save_steps=STEPS,
        max_steps=STEPS,
    )
    count = batch * config.gradient_accumulation_steps * STEPS
    padded = [repeat_to(encoded[i % len(encoded)], length) for i in range(count)]
    # Every position counts in the loss: the most that a step can have to do.
    dataset = make_dataset([EncodedRow(ids, 0) for ids in padded], length, completion_only=False)

    model = load_for_training(args.model, device, full=config.method == "full")
    shutil.rmtree(args.out / "checkpoints", ignore_errors=True)
    (args.out / "metrics.jsonl").unlink(missing_ok=True)
    log = MetricsLog(args.out / "metrics.jsonl", 0)
    trainer, callback = make_trainer(
        model=model,
        tokenizer=make_tokenizer(args.model),
        dataset=dataset,
        config=config,
        steps=STEPS,
        seed=args.seed,
        device=device,
        out=args.out,
        fingerprint="probe",
        log=log,
    )
    trainable = sum(p.numel() for p in trainer.model.parameters() if p.requires_grad)
    estimate = estimate_bytes(trainer.model, trainable, batch, length)
    available = available_bytes(device)
    if available is not None and estimate > HOPELESS * available:
        sizes = f"about {estimate / 1e9:.1f} GB for batches of {batch} x {length} tokens"
        sizes += f"; there are {available / 1e9:.1f} GB"
        raise Failure("out-of-memory", f"training needs {sizes}")

    trainer.train()
    if callback.failure is not None:
        raise callback.failure
    saved = checkpoints.newest_complete(args.out / "checkpoints", "probe")
    if saved is None:
        raise RuntimeError("the checkpoint just written is not complete")
    trainer._load_from_checkpoint(str(saved[0]))
    trainer._load_optimizer_and_scheduler(str(saved[0]))
    loss = mean_loss(
        trainer.model, dataset.select(range(2)), trainer.processing_class.pad_token_id, device
    )
    if not math.isfinite(loss):
        raise Failure(
            "non-finite-loss", f"after {STEPS} steps at the full learning rate the loss is {loss}"
        )

    micro_batches = log.lines[-1]["tokens"] / (batch * length)
    accumulation = read_config(args.config).gradient_accumulation_steps
    write_result(
        args.out,
        {
            "estimatedMemoryBytes": estimate,
            "peakMemoryBytes": peak_memory(device),
            "secondsPerStep": log.lines[-1]["seconds"] / micro_batches * accumulation,
            "tokensPerStep": batch * length * accumulation,
            "parameters": sum(p.numel() for p in trainer.model.parameters()),
            "trainableParameters": trainable,
            "checkpointBytes": sum(file.stat().st_size for file in saved[0].iterdir()),
            "loss": loss,
            "device": device,
        },
    )


def repeat_to(row: EncodedRow, length: int) -> list[int]:  # noqa: F821
    """A row's tokens, repeated until they fill the length."""
    return (row.ids * -(-length // len(row.ids)))[:length]


if __name__ == "__main__":
    sys.exit(main())
