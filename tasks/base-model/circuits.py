"""Hand-set starting values that let a tiny model copy.

Copying (induction) heads do not emerge from random values within a few minutes on a CPU. So two
heads of the first layer start as previous-token heads (biases of the query and key chosen so that
the rotary phase peaks one and two tokens back), and four heads of the next two layers start as
match-and-copy heads aligned with them. Everything is trained afterwards; nothing is frozen.
"""

from __future__ import annotations

import torch
from transformers import Qwen2ForCausalLM

EMBEDDING_SCALE = 0.1
PEAK = 6.0  # sharpness of the previous-token heads
MATCH = 1.6  # gain of the match between a token and the remembered previous token
COPY = 0.35  # gain of what a copy head writes


@torch.no_grad()
def set_copy_circuits(model: Qwen2ForCausalLM, seed: int) -> None:
    """Overwrites parts of layers 0 to 2 in place; needs 4 heads with QKV biases (Qwen2)."""
    config = model.config
    width, head = config.hidden_size, config.hidden_size // config.num_attention_heads
    generator = torch.Generator().manual_seed(seed)
    frequency = config.rope_parameters["rope_theta"] ** (
        -torch.arange(head // 2).float() / (head // 2)
    )

    def orthonormal() -> torch.Tensor:
        return torch.linalg.qr(torch.randn(width, head, generator=generator))[0].T  # [head, width]

    model.model.embed_tokens.weight.mul_(EMBEDDING_SCALE / config.initializer_range)
    read, write = [orthonormal(), orthonormal()], [orthonormal(), orthonormal()]
    first = model.model.layers[0].self_attn
    for h in range(2):
        rows, distance = slice(h * head, (h + 1) * head), h + 1
        query, key = torch.zeros(head), torch.zeros(head)
        for i in range(4):
            query[i] = PEAK * torch.cos(frequency[i] * distance)
            query[i + head // 2] = -PEAK * torch.sin(frequency[i] * distance)
            key[i] = PEAK
        first.q_proj.weight[rows] *= 0.1
        first.k_proj.weight[rows] *= 0.1
        first.q_proj.bias[rows], first.k_proj.bias[rows] = query, key
        first.v_proj.weight[rows] = read[h]
        first.o_proj.weight[:, rows] = write[h].T * 0.2
    for layer in (1, 2):
        attention = model.model.layers[layer].self_attn
        for h in range(2):
            rows, mix = slice(h * head, (h + 1) * head), orthonormal()
            if layer == 1 or h == 0:  # this token against the token before
                slot = 0 if layer == 1 else h
                attention.q_proj.weight[rows] = read[slot] * MATCH
                attention.k_proj.weight[rows] = write[slot] * MATCH
            else:  # the token before against the token before that
                attention.q_proj.weight[rows] = write[0] * MATCH
                attention.k_proj.weight[rows] = write[1] * MATCH
            attention.v_proj.weight[rows] = mix
            attention.o_proj.weight[:, rows] = mix.T * COPY
