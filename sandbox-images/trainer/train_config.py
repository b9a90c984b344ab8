"""`train.yaml`, fully resolved: every key of the protocol's schema is present and within its
bounds.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any, NamedTuple

from result import Failure

SCHEDULES = ("linear", "cosine", "constant")


class LoraSettings(NamedTuple):
    """Low-rank adapters, names as in peft."""

    r: int
    lora_alpha: float
    lora_dropout: float
    target_modules: str | list[str]


class TrainConfig(NamedTuple):
    """Settings of one training, names as in TRL's SFTConfig."""

    method: str
    max_steps: int | None
    num_train_epochs: float
    learning_rate: float
    per_device_train_batch_size: int
    gradient_accumulation_steps: int
    max_length: int | None
    warmup_ratio: float
    lr_scheduler_type: str
    weight_decay: float
    completion_only_loss: bool
    save_steps: int | None
    lora: LoraSettings

    def steps(self, rows: int) -> int:
        """Optimizer steps over so many rows: `max_steps`, or as many as the epochs take."""
        if self.max_steps is not None:
            return self.max_steps
        return max(1, math.ceil(self.num_train_epochs * self.steps_per_epoch(rows)))

    def steps_per_epoch(self, rows: int) -> int:
        """Optimizer steps of one pass over so many rows; the last step may be smaller."""
        batches = math.ceil(rows / self.per_device_train_batch_size)
        return max(1, math.ceil(batches / self.gradient_accumulation_steps))


def read_config(path: Path) -> TrainConfig:
    """Reads a resolved `train.yaml`. Raises Failure `invalid-config`, naming the key."""
    import yaml

    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise Failure(
            "invalid-config", f"{path.name}: {' '.join(str(error).split())[:300]}"
        ) from error
    values = _keys(raw, TrainConfig._fields, "")
    lora = _keys(values["lora"], LoraSettings._fields, "lora.")
    targets = lora["target_modules"]
    named = isinstance(targets, list) and targets and all(isinstance(name, str) for name in targets)
    if targets != "all-linear" and not named:
        _refuse("lora.target_modules", "all-linear or a list of module names", targets)
    return TrainConfig(
        method=_choice(values, "method", ("full", "lora")),
        max_steps=_optional(values, "max_steps", 1, 1_000_000),
        num_train_epochs=float(_number(values, "num_train_epochs", 1e-9, 100)),
        learning_rate=float(_number(values, "learning_rate", 1e-12, 1)),
        per_device_train_batch_size=_whole(values, "per_device_train_batch_size", 1, 1024),
        gradient_accumulation_steps=_whole(values, "gradient_accumulation_steps", 1, 1024),
        max_length=_optional(values, "max_length", 8, 1_048_576),
        warmup_ratio=float(_number(values, "warmup_ratio", 0, 0.5)),
        lr_scheduler_type=_choice(values, "lr_scheduler_type", SCHEDULES),
        weight_decay=float(_number(values, "weight_decay", 0, 1)),
        completion_only_loss=_boolean(values, "completion_only_loss"),
        save_steps=_optional(values, "save_steps", 1, 1_000_000),
        lora=LoraSettings(
            r=_whole(lora, "r", 1, 256, "lora."),
            lora_alpha=_number(lora, "lora_alpha", 1, 1024, "lora."),
            lora_dropout=float(_number(lora, "lora_dropout", 0, 0.5, "lora.")),
            target_modules=targets,
        ),
    )


def _keys(value: Any, names: tuple[str, ...], prefix: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        _refuse(prefix.rstrip(".") or "train.yaml", "a mapping", value)
    missing = [prefix + name for name in names if name not in value]
    unknown = [prefix + str(name) for name in value if name not in names]
    if missing or unknown:
        parts = [f"missing {', '.join(missing)}"] * bool(missing) + [
            f"unknown {', '.join(unknown)}"
        ] * bool(unknown)
        raise Failure("invalid-config", f"train.yaml: {'; '.join(parts)}")
    return value


def _number(values: dict[str, Any], name: str, low: float, high: float, prefix: str = "") -> float:
    value = values[name]
    if isinstance(value, str) and re.fullmatch(r"[-+]?\d+(\.\d*)?[eE][-+]?\d+", value):
        value = float(value)  # YAML 1.1 reads 1e-3 as text, YAML 1.2 and everybody else as a number
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        _refuse(prefix + name, f"a number from {low:g} to {high:g}", value)
    return value


def _whole(values: dict[str, Any], name: str, low: int, high: int, prefix: str = "") -> int:
    value = _number(values, name, low, high, prefix)
    if value != int(value):
        _refuse(prefix + name, "a whole number", value)
    return int(value)


def _optional(values: dict[str, Any], name: str, low: int, high: int) -> int | None:
    return None if values[name] is None else _whole(values, name, low, high)


def _boolean(values: dict[str, Any], name: str) -> bool:
    if not isinstance(values[name], bool):
        _refuse(name, "true or false", values[name])
    return values[name]


def _choice(values: dict[str, Any], name: str, choices: tuple[str, ...]) -> str:
    if values[name] not in choices:
        _refuse(name, f"one of {', '.join(choices)}", values[name])
    return values[name]


def _refuse(name: str, wanted: str, found: Any) -> None:
    raise Failure("invalid-config", f"train.yaml: {name} must be {wanted}, not {str(found)[:80]!r}")
