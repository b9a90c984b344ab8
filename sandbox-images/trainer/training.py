"""TRL's SFTTrainer with our batches, checkpoints and metrics: what `train.py` and `probe.py`
share.
"""

from __future__ import annotations

import math
import shutil
import time
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from peft import LoraConfig
from transformers import PreTrainedTokenizerFast, PrinterCallback, TrainerCallback
from trl.trainer.sft_config import SFTConfig
from trl.trainer.sft_trainer import SFTTrainer

import checkpoints
from chat import EncodedRow
from length_sampler import LengthSampler
from metrics import MetricsLog, loss_failure
from models import CHECKPOINTED_FROM, peak_flops, peak_memory
from result import Failure
from train_config import TrainConfig

IGNORED = -100
EVALUATION_BATCH = 64
#: Logits that one batch of an evaluation may have (4 bytes each, and as many again in 16 bits).
EVALUATION_LOGITS = 1_000_000_000


def make_dataset(rows: list[EncodedRow], max_length: int, completion_only: bool) -> Dataset:
    """Rows cut to `max_length`; those without a token to learn from are left out. Labels as TRL
    would make them.
    """
    ids, labels = [], []
    for row in rows:
        kept = row.ids[:max_length]
        start = row.prompt_length if completion_only else 0
        if start < len(kept):
            ids.append(kept)
            labels.append([IGNORED] * start + kept[start:])
    return Dataset.from_dict({"input_ids": ids, "labels": labels})


class Trainer(SFTTrainer):
    """SFTTrainer whose checkpoints are atomic and hold safetensors and optimizer state, nothing
    else.
    """

    def __init__(self, *, out: Path, fingerprint: str, log: MetricsLog, **kwargs: Any) -> None:
        self.out = out
        self.fingerprint = fingerprint
        self.metrics_log = log
        self.step_tokens = 0
        super().__init__(**kwargs)

    def training_step(
        self, model: Any, inputs: Any, num_items_in_batch: Any = None
    ) -> torch.Tensor:
        """Counts the tokens that the model sees, padding left out."""
        self.step_tokens += int(inputs["attention_mask"].sum())
        return super().training_step(model, inputs, num_items_in_batch)

    def _get_train_sampler(self, train_dataset: Dataset | None = None) -> LengthSampler:
        lengths = [len(ids) for ids in self.train_dataset["input_ids"]]
        return LengthSampler(lengths, self.args.per_device_train_batch_size, self.args.seed)

    def create_model_card(self, *args: Any, **kwargs: Any) -> None:
        """No card per checkpoint."""

    def _get_output_dir(self, trial: Any) -> str:
        return str(self.out / "checkpoints" / checkpoints.STAGING)

    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
        self.model.save_pretrained(output_dir)

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        staging = Path(self._get_output_dir(trial))
        shutil.rmtree(staging, ignore_errors=True)
        super()._save_checkpoint(model, trial)
        self.metrics_log.sync()
        step = self.state.global_step
        checkpoints.publish(staging / f"checkpoint-{step}", staging.parent, step, self.fingerprint)
        shutil.rmtree(staging, ignore_errors=True)


class StepCallback(TrainerCallback):
    """Writes a line per step, judges the loss, and stops where a signal or a failure asks for
    it.
    """

    def __init__(self, log: MetricsLog, steps: int, warmup_steps: int, device: str) -> None:
        self.log = log
        self.steps = steps
        self.warmup_steps = warmup_steps
        self.device = device
        self.failure: Failure | None = None
        self.stop_requested = False
        self.trainer: Trainer | None = None
        self.flops_per_token = 0.0
        self._started = 0.0
        self._peak = peak_flops(device)

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self._started = time.perf_counter()

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if self.stop_requested:
            control.should_save = control.should_training_stop = True

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **kwargs: Any) -> None:
        if "loss" not in logs:
            return
        now = time.perf_counter()
        seconds, self._started = max(now - self._started, 1e-9), now
        tokens, self.trainer.step_tokens = self.trainer.step_tokens, 0
        rate = tokens / seconds
        self.log.append(
            {
                "step": state.global_step,
                "steps": self.steps,
                "loss": _finite(logs["loss"]),
                "lr": logs["learning_rate"],
                "tokens": tokens,
                "seconds": seconds,
                "tokensPerSecond": rate,
                "mfu": None if self._peak is None else rate * self.flops_per_token / self._peak,
                "memoryBytes": peak_memory(self.device),
                "gradNorm": _finite(logs.get("grad_norm")),
                "epoch": state.epoch,
            }
        )
        state.log_history.clear()  # it would grow every checkpoint; metrics.jsonl has it all
        self.failure = loss_failure(self.log.losses(), self.warmup_steps, self.steps)
        if self.failure is not None:
            control.should_training_stop = True
            control.should_save = False

    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self._started = time.perf_counter()  # a checkpoint's time is no step's


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def make_trainer(
    *,
    model: Any,
    tokenizer: PreTrainedTokenizerFast,
    dataset: Dataset,
    config: TrainConfig,
    steps: int,
    seed: int,
    device: str,
    out: Path,
    fingerprint: str,
    log: MetricsLog,
) -> tuple[Trainer, StepCallback]:
    """The trainer for a model and its rows. Raises Failure `invalid-config` where LoRA's target
    modules don't exist.
    """
    warmup_steps = math.ceil(config.warmup_ratio * steps)
    large = model.num_parameters() >= CHECKPOINTED_FROM
    # The TRL of Python 3.10 knows it under its older name.
    renamed = "activation_checkpointing" in SFTConfig.__dataclass_fields__
    checkpointing = "activation_checkpointing" if renamed else "gradient_checkpointing"
    arguments = SFTConfig(
        output_dir=str(out / "checkpoints"),
        max_steps=steps,
        per_device_train_batch_size=config.per_device_train_batch_size,
        gradient_accumulation_steps=config.gradient_accumulation_steps,
        learning_rate=config.learning_rate,
        lr_scheduler_type=config.lr_scheduler_type
        if config.lr_scheduler_type != "constant"
        else "constant_with_warmup",
        warmup_steps=warmup_steps,
        weight_decay=config.weight_decay,
        max_grad_norm=1.0,
        optim="adamw_torch_fused",
        completion_only_loss=config.completion_only_loss,
        max_length=None,
        dataset_kwargs={"skip_prepare_dataset": True},
        remove_unused_columns=False,
        **{checkpointing: large},
        use_cpu=device == "cpu",
        bf16=device != "cpu",
        seed=seed,
        data_seed=seed,
        dataloader_num_workers=0,
        dataloader_pin_memory=device != "cpu",
        logging_steps=1,
        logging_nan_inf_filter=False,
        save_strategy="steps",
        save_steps=config.save_steps or max(1, steps // 8),
        report_to=[],
        disable_tqdm=True,
    )
    lora = None
    if config.method == "lora":
        lora = LoraConfig(
            r=config.lora.r,
            lora_alpha=config.lora.lora_alpha,
            lora_dropout=config.lora.lora_dropout,
            target_modules=config.lora.target_modules,
            task_type="CAUSAL_LM",
        )
    callback = StepCallback(log, steps, warmup_steps, device)
    try:
        trainer = Trainer(
            out=out,
            fingerprint=fingerprint,
            log=log,
            model=model,
            args=arguments,
            train_dataset=dataset,
            processing_class=tokenizer,
            peft_config=lora,
            callbacks=[callback],
        )
    except ValueError as error:
        if lora is None:
            raise
        raise Failure("invalid-config", f"train.yaml: lora: {str(error)[:400]}") from error
    trainer.remove_callback(PrinterCallback)
    callback.trainer = trainer
    callback.flops_per_token = flops_per_token(trainer.model)
    return trainer, callback


def flops_per_token(model: Any) -> float:
    """Floating-point operations of a training step per token, after Chinchilla's count without
    attention scores: 6 per weight, or 4 where the weight is frozen (its own gradient is not
    computed).
    """
    total = sum(p.numel() for p in model.parameters())
    trainable = sum(p.numel() for p in model.parameters() if p.requires_grad)
    return 4.0 * total + 2.0 * trainable


@torch.inference_mode()
def mean_loss(model: Any, dataset: Dataset, pad_id: int, device: str) -> float | None:
    """Mean loss per learned token of a dataset, without dropout; None: it holds no row."""
    rows = sorted(zip(dataset["input_ids"], dataset["labels"]), key=lambda row: (len(row[0]), row))
    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    vocabulary = model.get_input_embeddings().num_embeddings
    start = 0
    while start < len(rows):
        batch = rows[start : start + 1]
        for row in rows[start + 1 : start + EVALUATION_BATCH]:
            if len(row[0]) * (len(batch) + 1) * vocabulary > EVALUATION_LOGITS:
                break
            batch.append(row)
        start += len(batch)
        width = max(len(ids) for ids, _ in batch)
        ids = torch.tensor(
            [row + [pad_id] * (width - len(row)) for row, _ in batch], device=device
        )  # rows x width
        labels = torch.tensor(
            [row + [IGNORED] * (width - len(row)) for _, row in batch], device=device
        )
        mask = torch.tensor(
            [[1] * len(row) + [0] * (width - len(row)) for row, _ in batch], device=device
        )
        logits = model(
            input_ids=ids, attention_mask=mask, use_cache=False
        ).logits  # rows x width x vocabulary
        wanted = labels[:, 1:].reshape(-1)
        predicted = logits[:, :-1].reshape(-1, logits.size(-1)).float()
        total += float(
            torch.nn.functional.cross_entropy(
                predicted, wanted, ignore_index=IGNORED, reduction="sum"
            )
        )
        count += int((wanted != IGNORED).sum())
    model.train(was_training)
    return total / count if count else None


def make_tokenizer(model: Path) -> PreTrainedTokenizerFast:
    """The tokenizer object that SFTTrainer asks for. Rows are encoded by chat.py; this one only
    knows the special tokens.
    """
    tokenizer = PreTrainedTokenizerFast.from_pretrained(model, local_files_only=True)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer
