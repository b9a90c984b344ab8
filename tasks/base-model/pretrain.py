"""Makes the mini base model: tokenizer, hand-set copy circuits, pre-training on generic primitives.

    python tasks/base-model/pretrain.py

About six minutes on a free core. The same seed and thread count give the same weights on one
machine.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import os
import random
import time
from pathlib import Path

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import primitives
import torch
from build_tokenizer import build_tokenizer
from circuits import set_copy_circuits
from torch.nn.functional import cross_entropy
from transformers import Qwen2Config, Qwen2ForCausalLM, Qwen2Tokenizer

CONTEXT = 256
Example = tuple[list[int], int]  # token ids, number of prompt tokens


def new_model(tokenizer: Qwen2Tokenizer, seed: int) -> Qwen2ForCausalLM:
    """A Qwen2 model of about one million parameters with copy circuits set by hand."""
    model = Qwen2ForCausalLM(
        Qwen2Config(
            vocab_size=len(tokenizer),
            hidden_size=128,
            num_hidden_layers=4,
            num_attention_heads=4,
            num_key_value_heads=4,
            intermediate_size=384,
            max_position_embeddings=CONTEXT,
            tie_word_embeddings=True,
            pad_token_id=tokenizer.pad_token_id,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            initializer_range=0.02,
        )
    )
    set_copy_circuits(model, seed)
    return model


def encode(tokenizer: Qwen2Tokenizer, prompt: str, completion: str) -> Example:
    """The chat format, as token ids."""
    ids = lambda text: tokenizer(text, add_special_tokens=False)["input_ids"]
    head = ids(f"<bos><user>{prompt}<asst>")
    return head + ids(completion + "<eos>"), len(head)


def batches(examples: list[Example], size: int, seed: int) -> list[list[Example]]:
    """Shuffled batches of similar length."""
    r = random.Random(seed)
    examples = examples[:]
    r.shuffle(examples)
    out = []
    for i in range(0, len(examples), size * 20):
        block = sorted(examples[i : i + size * 20], key=lambda e: len(e[0]))
        out += [block[j : j + size] for j in range(0, len(block), size)]
    r.shuffle(out)
    return out


def collate(batch: list[Example], pad: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Ids and labels [batch, length]; only completions carry a loss."""
    length = max(len(ids) for ids, _ in batch)
    x = torch.full((len(batch), length), pad)
    y = torch.full((len(batch), length), -100)
    for i, (ids, head) in enumerate(batch):
        x[i, : len(ids)] = torch.tensor(ids)
        y[i, head : len(ids)] = x[i, head : len(ids)]
    return x, y


def loss_of(model: Qwen2ForCausalLM, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Mean next-token loss over the labelled positions."""
    logits = model(input_ids=x[:, :-1], use_cache=False).logits  # [batch, length-1, vocabulary]
    return cross_entropy(logits.flatten(0, 1), y[:, 1:].flatten(), ignore_index=-100)


def step(
    model: Qwen2ForCausalLM,
    optimizer: torch.optim.Optimizer,
    rate: float,
    x: torch.Tensor,
    y: torch.Tensor,
) -> float:
    """One optimizer step at the given learning rate; returns the loss."""
    for group in optimizer.param_groups:
        group["lr"] = rate
    loss = loss_of(model, x, y)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return loss.item()


def warm_copy(model: Qwen2ForCausalLM, seed: int, steps: int = 100, rate: float = 2e-3) -> None:
    """Random token patterns, repeated: makes the hand-set copy circuits work for every token."""
    r = random.Random(seed)
    optimizer = torch.optim.AdamW(
        model.parameters(), betas=(0.9, 0.98), weight_decay=0.01, fused=True
    )
    loss = math.nan
    for i in range(steps):
        patterns = [
            [r.randrange(5, model.config.vocab_size) for _ in range(r.randint(4, 20))]
            for _ in range(32)
        ]
        x = torch.tensor([(p * 20)[:64] for p in patterns])
        y = x.clone()
        y[:, :21] = -100
        loss = step(model, optimizer, rate * min(1, (i + 1) / 30), x, y)
    print(f"copy warm-up: loss {loss:.3f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default=str(Path(__file__).parent / "mini"))
    parser.add_argument("--examples", type=int, default=160_000)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--learning-rate", type=float, default=3e-3)
    parser.add_argument("--vocabulary", type=int, default=1280)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    started = time.time()

    tokenizer = build_tokenizer(args.vocabulary, CONTEXT)
    model = new_model(tokenizer, args.seed)
    print(
        f"{sum(p.numel() for p in model.parameters())} parameters, {len(tokenizer)} tokens",
        flush=True,
    )
    warm_copy(model, args.seed)

    r = random.Random(args.seed)
    examples = [encode(tokenizer, *primitives.draw(r)) for _ in range(args.examples)]
    plan = batches(examples, args.batch_size, args.seed)
    optimizer = torch.optim.AdamW(
        model.parameters(), betas=(0.9, 0.98), weight_decay=0.05, fused=True
    )
    warm_up, recent = max(1, len(plan) // 20), []
    for i, batch in enumerate(plan):
        done = max(0, i - warm_up) / max(1, len(plan) - warm_up)
        rate = (
            args.learning_rate
            * min(1, (i + 1) / warm_up)
            * (0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * done)))
        )
        recent.append(step(model, optimizer, rate, *collate(batch, tokenizer.pad_token_id)))
        if (i + 1) % 100 == 0 or i + 1 == len(plan):
            loss, seconds = sum(recent[-100:]) / len(recent[-100:]), time.time() - started
            print(f"step {i + 1}/{len(plan)} loss {loss:.4f} {seconds:.0f} s", flush=True)

    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    model.generation_config.do_sample = False
    model.save_pretrained(out)
    tokenizer.save_pretrained(out)
    files = sorted(p for p in out.iterdir() if p.suffix in {".json", ".safetensors", ".jinja"})
    sums = [f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.name}\n" for p in files]
    (out / "SHA256SUMS").write_text("".join(sums))


if __name__ == "__main__":
    main()
