"""Fine-tunes the base model on curated rows: full or LoRA, resumable to the bit, one JSON line per
step.

    python train.py --model DIR --data train.jsonl --holdout holdout.jsonl --config train.yaml \
        --context 256 --seed 0 --threads 1 --out OUT

Writes OUT/metrics.jsonl, OUT/checkpoints/, OUT/model/ (safetensors and tokenizer; LoRA merged, its
adapter in OUT/adapter/) and, last, OUT/result.json. Started again in the same OUT it goes on from
the newest complete checkpoint, and on the CPU ends with the very weights of an undisturbed run.
SIGTERM: the step at hand is finished, a checkpoint written, exit status 143.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import signal
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from result import Failure, reporting, write_result
from startup import pin_environment, pin_torch

#: Rows of the training data over which its loss is measured again at the end, to compare with the
#: hold-out's.
TRAIN_LOSS_ROWS = 256
TERMINATED = 143


def arguments() -> argparse.Namespace:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--model", type=Path, required=True, help="folder of the base model")
    parser.add_argument(
        "--data", type=Path, required=True, help="curated rows, JSONL {prompt, completion}"
    )
    parser.add_argument(
        "--holdout",
        type=Path,
        required=True,
        help="rows held out of the training, same format; may be empty",
    )
    parser.add_argument(
        "--config", type=Path, required=True, help="train.yaml with every key present"
    )
    parser.add_argument(
        "--context", type=int, required=True, help="tokens of prompt and completion together"
    )
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument(
        "--threads", type=int, required=True, help="CPU threads; another number gives other bits"
    )
    parser.add_argument(
        "--step-limit", type=int, default=None, help="optimizer steps that the task allows"
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    return parser.parse_args()


def main() -> int:
    """Runs the training; returns the exit status."""
    args = arguments()
    if (args.out / "result.json").is_file():
        return 0  # finished before; a job that is started again must not train again
    pin_environment(args.threads)
    with reporting(args.out):
        return train(args)
    return 0


def train(args: argparse.Namespace) -> int:
    """Load, encode, train, measure, export, report."""
    from chat import Chat
    from checkpoints import newest_complete
    from metrics import MetricsLog, lines_up_to
    from models import export_model, load_for_training, peak_memory, pick_device
    from rows import read_rows
    from train_config import read_config

    # Cheap checks first: a bad file must not cost the import of torch.
    config = read_config(args.config)
    max_length = min(config.max_length or args.context, args.context)
    chat = Chat(args.model)
    encoded = chat.encode_rows(read_rows(args.data))
    has_holdout = args.holdout.is_file() and args.holdout.read_bytes().strip()
    holdout = chat.encode_rows(read_rows(args.holdout)) if has_holdout else []

    from training import make_dataset, make_tokenizer, make_trainer, mean_loss

    pin_torch(args.threads, args.seed)
    device = pick_device(args.device)
    dataset = make_dataset(encoded, max_length, config.completion_only_loss)
    if len(dataset) == 0:
        raise Failure("no-rows", f"no row has a completion within the first {max_length} tokens")
    steps = config.steps(len(dataset))
    if args.step_limit is not None and steps > args.step_limit:
        epochs = f"{config.num_train_epochs:g} epochs over {len(dataset)} rows are {steps} steps"
        raise Failure(
            "invalid-config",
            f"train.yaml: num_train_epochs: {epochs}, allowed are {args.step_limit}",
        )

    fingerprint = inputs_fingerprint(args, device, steps)
    found = newest_complete(args.out / "checkpoints", fingerprint)
    if found and len(lines_up_to(args.out / "metrics.jsonl", found[1])) < found[1]:
        found = None  # a checkpoint without its metrics can't give one line per step
    checkpoint, resumed_step = found or (None, 0)
    log = MetricsLog(args.out / "metrics.jsonl", resumed_step)
    resumes = count_resumes(args.out / "resumes.jsonl", resumed_step if checkpoint else None)

    model = load_for_training(args.model, device, full=config.method == "full")
    trainer, callback = make_trainer(
        model=model,
        tokenizer=make_tokenizer(args.model),
        dataset=dataset,
        config=config,
        steps=steps,
        seed=args.seed,
        device=device,
        out=args.out,
        fingerprint=fingerprint,
        log=log,
    )
    signal.signal(signal.SIGTERM, lambda *_: setattr(callback, "stop_requested", True))
    if resumed_step < steps:
        trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    else:
        trainer._load_from_checkpoint(str(checkpoint))  # only the export was left to do
    if callback.failure is not None:
        raise callback.failure
    if callback.stop_requested and len(log.lines) < steps:
        return TERMINATED

    pad_id = trainer.processing_class.pad_token_id
    shown = dataset.select(range(0, len(dataset), -(-len(dataset) // TRAIN_LOSS_ROWS)))
    train_loss = mean_loss(trainer.model, shown, pad_id, device)
    held_out = make_dataset(holdout, max_length, config.completion_only_loss) if holdout else None
    holdout_loss = (
        mean_loss(trainer.model, held_out, pad_id, device) if held_out is not None else None
    )

    trained = trainer.model
    if config.method == "lora":
        trained.save_pretrained(args.out / "adapter")
        trained = trained.merge_and_unload()
    if device != "cpu":
        trained = trained.bfloat16()
    digest = export_model(trained, args.model, args.out / "model")

    losses = log.losses()
    tokens = sum(line["tokens"] for line in log.lines)
    seconds = sum(line["seconds"] for line in log.lines)
    write_result(
        args.out,
        {
            "steps": steps,
            "finalLoss": sum(losses[-10:]) / len(losses[-10:]),
            "trainLoss": train_loss,
            "holdoutLoss": holdout_loss,
            "overfittingGap": None if holdout_loss is None else holdout_loss - train_loss,
            "weightsSha256": digest,
            "tokens": tokens,
            "seconds": seconds,
            "tokensPerSecond": tokens / seconds,
            "peakMemoryBytes": max(
                peak_memory(device), *(line["memoryBytes"] for line in log.lines)
            ),
            "resumes": resumes,
            "rows": len(dataset),
            "truncatedRows": sum(len(row.ids) > max_length for row in encoded),
            "droppedRows": len(encoded) - len(dataset),
            "device": device,
            "versions": versions(),
        },
    )
    return 0


def inputs_fingerprint(args: argparse.Namespace, device: str, steps: int) -> str:
    """Digest of everything that the weights depend on: a checkpoint of other inputs must not be
    continued.
    """
    from models import file_sha256, weights_sha256

    parts: list[Any] = [
        file_sha256(args.data),
        file_sha256(args.config),
        weights_sha256(args.model),
    ]
    parts += [
        file_sha256(args.model / "tokenizer.json"),
        args.context,
        args.seed,
        args.threads,
        device,
        steps,
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def versions() -> dict[str, str]:
    """Versions of what the weights depend on beside the inputs."""
    names = ("torch", "transformers", "trl", "peft", "tokenizers")
    return {"python": platform.python_version(), **{name: version(name) for name in names}}


def count_resumes(path: Path, step: int | None) -> int:
    """Notes that training goes on from a step (None: it begins) and returns how often it did."""
    if step is not None:
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps({"step": step}) + "\n")
    return len(path.read_text(encoding="utf-8").splitlines()) if path.is_file() else 0


if __name__ == "__main__":
    sys.exit(main())
