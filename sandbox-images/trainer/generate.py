"""Answers prompts with a model: batched, greedy by default, told nothing of the right answers.

    python generate.py --model DIR --prompts prompts.jsonl --max-new-tokens 48 --threads 1 --out OUT

Prompts are JSONL {id, prompt}. Writes OUT/predictions.jsonl {id, text} in order of the prompts,
OUT/progress.jsonl with a line {done, total} per batch and, last, OUT/result.json. Batches are
formed by (length, id), so that the order of the prompts in the file changes nothing. Prompts longer
than the model's context, less the new tokens, lose their beginning.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from result import reporting, write_atomic, write_result
from startup import pin_environment, pin_torch

#: Tokens of prompts and answers that one batch may hold: keys and values of a 7B model with 128k of
#: them take some 8 GB.
BATCH_TOKENS = 131_072


def arguments() -> argparse.Namespace:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--prompts", type=Path, required=True, help="JSONL {id, prompt}")
    parser.add_argument("--max-new-tokens", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--temperature", type=float, default=0.0, help="0: greedy")
    parser.add_argument(
        "--seed", type=int, default=0, help="of the sampling, where the temperature is above 0"
    )
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    return parser.parse_args()


def main() -> int:
    """Runs the generation; returns the exit status."""
    args = arguments()
    pin_environment(args.threads)
    with reporting(args.out):
        generate(args)
    return 0


def read_prompts(path: Path) -> list[tuple[str, str]]:
    """Ids and prompts of a file. They come from the environment, so that a bad line is a crash and
    no result.
    """
    found: list[tuple[str, str]] = []
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            try:
                value = json.loads(line)
                found.append((value["id"], value["prompt"]))
            except (ValueError, KeyError, TypeError) as error:
                raise SystemExit(f"{path}: line {number}: {error!r}") from error
    if len({identifier for identifier, _ in found}) != len(found):
        raise SystemExit(f"{path}: an id occurs twice")
    return found


def batch_size(
    order: list[int], encoded: list[list[int]], start: int, args: argparse.Namespace
) -> int:
    """Prompts of the next batch: as many as asked, or as fit its memory. They come by length."""
    size = 1
    while size < args.batch_size and start + size < len(order):
        width = len(encoded[order[start + size]]) + args.max_new_tokens
        if width * (size + 1) > BATCH_TOKENS:
            break
        size += 1
    return size


def generate(args: argparse.Namespace) -> None:
    """Encode, sort, answer batch by batch, write."""
    from chat import Chat

    started = time.perf_counter()
    prompts = read_prompts(args.prompts)
    chat = Chat(args.model)
    encoded = chat.encode_prompts([prompt for _, prompt in prompts])

    import torch

    from models import load_model, peak_memory, pick_device

    pin_torch(args.threads, args.seed)
    device = pick_device(args.device)
    model = (
        load_model(args.model, torch.float32 if device == "cpu" else torch.bfloat16)
        .to(device)
        .eval()
    )
    eos_id = chat.token_id("eos_token")
    pad_id = chat.token_id("pad_token")
    pad_id = eos_id if pad_id is None else pad_id
    room = max(1, model.config.max_position_embeddings - args.max_new_tokens)
    encoded = [ids[-room:] for ids in encoded]
    sampling = {"do_sample": True, "temperature": args.temperature, "top_k": 0, "top_p": 1.0}
    options = sampling if args.temperature > 0 else {"do_sample": False}

    texts: dict[str, str] = {}
    tokens = 0
    order = sorted(range(len(prompts)), key=lambda i: (len(encoded[i]), prompts[i][0]))
    with (
        open(args.out / "progress.jsonl", "w", encoding="utf-8") as progress,
        torch.inference_mode(),
    ):
        start = 0
        while start < len(order):
            size = batch_size(order, encoded, start, args)
            batch = order[start : start + size]
            start += size
            width = max(len(encoded[i]) for i in batch)
            padding = [width - len(encoded[i]) for i in batch]
            ids = torch.tensor(
                [[pad_id] * n + encoded[i] for n, i in zip(padding, batch)], device=device
            )
            mask = torch.tensor(
                [[0] * n + [1] * (width - n) for n in padding], device=device
            )  # rows x width
            output = model.generate(
                input_ids=ids,
                attention_mask=mask,
                max_new_tokens=args.max_new_tokens,
                use_cache=True,
                pad_token_id=pad_id,
                eos_token_id=eos_id,
                **options,
            )
            for i, row in zip(batch, output[:, width:].tolist()):
                answer = row[: row.index(eos_id)] if eos_id in row else row
                tokens += len(answer)
                texts[prompts[i][0]] = chat.decode(answer)
            progress.write(json.dumps({"done": start, "total": len(order)}) + "\n")
            progress.flush()

    lines = [
        json.dumps({"id": identifier, "text": texts[identifier]}, ensure_ascii=False)
        for identifier, _ in prompts
    ]
    write_atomic(args.out / "predictions.jsonl", "".join(line + "\n" for line in lines))
    seconds = time.perf_counter() - started
    peak = peak_memory(device)
    write_result(
        args.out,
        {
            "items": len(prompts),
            "tokens": tokens,
            "seconds": seconds,
            "peakMemoryBytes": peak,
            "device": device,
        },
    )


if __name__ == "__main__":
    sys.exit(main())
