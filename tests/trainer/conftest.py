"""A tiny model, tiny data, and the arguments of a training on them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from trainer_support import CONTEXT, sums, write_rows

# A busy machine must not fail a test, and a failing one must fail again.
settings.register_profile("trainer", deadline=None, derandomize=True)
settings.load_profile("trainer")

TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}"
    "{% if message['role'] == 'assistant' %}<asst>{{ message['content'] }}{{ eos_token }}"
    "{% else %}<user>{{ message['content'] }}{% endif %}"
    "{% endfor %}{% if add_generation_prompt %}<asst>{% endif %}"
)


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A randomly initialized Qwen2 with a tokenizer of single characters."""
    import torch
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

    folder = tmp_path_factory.mktemp("model")
    special = ["<pad>", "<bos>", "<user>", "<asst>", "<eos>", "<unk>"]
    letters = [chr(code) for code in range(32, 127)] + ["\n"]
    vocabulary = {token: index for index, token in enumerate(special + letters)}
    core = Tokenizer(models.BPE(vocab=vocabulary, merges=[], unk_token="<unk>"))
    core.pre_tokenizer = pre_tokenizers.Split(Regex(r"[\s\S]"), "isolated")
    core.decoder = decoders.Fuse()
    PreTrainedTokenizerFast(
        tokenizer_object=core,
        pad_token="<pad>",
        bos_token="<bos>",
        eos_token="<eos>",
        unk_token="<unk>",
        additional_special_tokens=["<user>", "<asst>"],
        chat_template=TEMPLATE,
        clean_up_tokenization_spaces=False,
    ).save_pretrained(folder)
    torch.manual_seed(0)
    Qwen2ForCausalLM(
        Qwen2Config(
            vocab_size=len(vocabulary),
            hidden_size=48,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            intermediate_size=96,
            max_position_embeddings=128,
            tie_word_embeddings=True,
            pad_token_id=0,
            bos_token_id=1,
            eos_token_id=4,
        )
    ).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with train.jsonl (200 rows: 13 steps are an epoch) and holdout.jsonl."""
    folder = tmp_path_factory.mktemp("data")
    write_rows(folder / "train.jsonl", sums(200, seed=0))
    write_rows(folder / "holdout.jsonl", sums(10, seed=1))
    return folder


@pytest.fixture(scope="session")
def training(model: Path, data: Path) -> Callable[..., list[Any]]:
    """Arguments of a training that writes to `out` with the config at `config`."""

    def arguments(out: Path, config: Path, **changes: Any) -> list[Any]:
        options = {
            "--model": model,
            "--data": data / "train.jsonl",
            "--holdout": data / "holdout.jsonl",
            "--config": config,
            "--context": CONTEXT,
            "--seed": 7,
            "--threads": 1,
            "--out": out,
            "--device": "cpu",
        }
        options.update({f"--{name}": value for name, value in changes.items()})
        return [part for pair in options.items() for part in pair]

    return arguments
