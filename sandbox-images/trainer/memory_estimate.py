"""How much memory a training will need, from the model's shape alone: before anything large is
allocated.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from models import CHECKPOINTED_FROM

#: Rows of logits that are alive at once, at most; the loss is computed in chunks.
LOGIT_ROWS = 4096


def estimate_bytes(model: Any, trainable: int, batch: int, length: int) -> int:
    """Bytes of weights, gradients, Adam's two moments, activations and logits of one micro-batch of
    `batch` x `length` tokens.

    Activations after Korthikanti et al. 2022 (arXiv 2205.05198), equation 2: b s h (34 + 5 a s / h)
    bytes per layer in 16 bits; where they are recomputed, the inputs of each layer and one layer in
    full.
    """
    config = model.config
    width = next(model.parameters()).element_size()
    total = sum(parameter.numel() for parameter in model.parameters())
    hidden, layers, heads = config.hidden_size, config.num_hidden_layers, config.num_attention_heads
    tokens = batch * length
    layer = tokens * hidden * (34 + 5 * heads * length / hidden) * width / 2
    activations = (
        layer * layers if total < CHECKPOINTED_FROM else layer + tokens * hidden * layers * width
    )
    logits = min(tokens, LOGIT_ROWS) * config.vocab_size * 4 * 3
    states = total * width + trainable * (width + 8)
    return int(states + activations + logits)


def available_bytes(device: str) -> int | None:
    """Memory that a training may fill: the device's, or this machine's free memory within its
    control group; None: unknown.
    """
    if device != "cpu":
        import torch

        return torch.cuda.mem_get_info()[0]
    limits = []
    for file in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        text = Path(file).read_text().strip() if Path(file).is_file() else ""
        limits += [int(text)] if text.isdigit() else []
    if Path("/proc/meminfo").is_file():
        line = next(
            line
            for line in Path("/proc/meminfo").read_text().splitlines()
            if line.startswith("MemAvailable:")
        )
        limits.append(int(line.split()[1]) * 1024)
    return min(limits, default=None)
