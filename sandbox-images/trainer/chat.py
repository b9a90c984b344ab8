"""The model's chat format without the weight of transformers: its template and its tokenizer.

Renders as `apply_chat_template` does, so that curation statistics, training and generation count
and see the same tokens.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from jinja2.exceptions import TemplateError
from jinja2.ext import loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment
from tokenizers import Tokenizer

from rows import Row

BATCH = 1000
SPECIAL_TOKENS = (
    "bos_token",
    "eos_token",
    "unk_token",
    "pad_token",
    "sep_token",
    "cls_token",
    "mask_token",
)


class EncodedRow(NamedTuple):
    """Token ids of prompt and completion together, and how many of them belong to the prompt."""

    ids: list[int]
    prompt_length: int


class Chat:
    """Template and tokenizer of a model folder (`tokenizer.json`, `tokenizer_config.json`,
    `chat_template.jinja`).
    """

    def __init__(self, model: Path) -> None:
        self.tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()
        settings = json.loads((model / "tokenizer_config.json").read_text(encoding="utf-8"))
        self.special = {name: _token_text(settings.get(name)) for name in SPECIAL_TOKENS}
        self.special = {name: text for name, text in self.special.items() if text is not None}
        self._template = _environment().from_string(_template_text(model, settings))

    def token_id(self, name: str) -> int | None:
        """Id of a special token by role, `eos_token` for one; None where the model has none."""
        text = self.special.get(name)
        return None if text is None else self.tokenizer.token_to_id(text)

    def render(self, prompt: str, completion: str | None = None) -> str:
        """The text of a conversation: a question that waits for its answer, or a question with the
        answer.
        """
        messages = [{"role": "user", "content": prompt}]
        if completion is not None:
            messages.append({"role": "assistant", "content": completion})
        return self._template.render(
            messages=messages,
            tools=None,
            documents=None,
            add_generation_prompt=completion is None,
            **self.special,
        )

    def encode_prompts(self, prompts: Sequence[str]) -> list[list[int]]:
        """Token ids of prompts, up to the place where the answer begins."""
        return self._encode([self.render(prompt) for prompt in prompts])

    def encode_rows(self, rows: Sequence[Row]) -> list[EncodedRow]:
        """Token ids of whole rows, untruncated. The completion begins where it departs from the
        bare prompt's tokens.
        """
        prompts = self.encode_prompts([row.prompt for row in rows])
        wholes = self._encode([self.render(row.prompt, row.completion) for row in rows])
        return [
            EncodedRow(whole, _common_prefix(prompt, whole))
            for prompt, whole in zip(prompts, wholes)
        ]

    def decode(self, ids: Sequence[int]) -> str:
        """Text of generated tokens, special tokens left out."""
        return self.tokenizer.decode(list(ids), skip_special_tokens=True)

    def _encode(self, texts: Sequence[str]) -> list[list[int]]:
        found: list[list[int]] = []
        for start in range(0, len(texts), BATCH):
            batch = list(texts[start : start + BATCH])
            found += [
                encoding.ids
                for encoding in self.tokenizer.encode_batch_fast(batch, add_special_tokens=False)
            ]
        return found


def _common_prefix(left: list[int], right: list[int]) -> int:
    if right[: len(left)] == left:
        return len(left)
    return next(
        i for i, pair in enumerate(zip([*left, None], [*right, None])) if pair[0] != pair[1]
    )


def _token_text(token: Any) -> str | None:
    return token.get("content") if isinstance(token, dict) else token


def _template_text(model: Path, settings: dict[str, Any]) -> str:
    file = model / "chat_template.jinja"
    text = file.read_text(encoding="utf-8") if file.is_file() else settings.get("chat_template")
    if not isinstance(text, str):
        raise ValueError(f"{model} has no chat template")
    return text


def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols]
    )
    environment.globals["raise_exception"] = _raise_exception
    environment.filters["tojson"] = _to_json
    return environment


def _raise_exception(message: str) -> None:
    raise TemplateError(message)


def _to_json(
    value: Any, ensure_ascii: bool = False, indent: int | None = None, **options: Any
) -> str:
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, **options)
