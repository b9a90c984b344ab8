"""Models on disk: loading from safetensors without remote code, and exporting with a digest."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import Any

from result import sync_folder

TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "chat_template.jinja",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "merges.txt",
)
#: Up to so many parameters, full fine-tuning on a GPU keeps its weights in 32 bits and computes in
#: 16; above, both are 16.
MASTER_WEIGHTS_UP_TO = 3_000_000_000
#: From so many parameters on, activations are recomputed in the backward pass instead of kept.
CHECKPOINTED_FROM = 200_000_000

#: Dense bf16 (V100: fp16) floating-point operations per second, from the vendors' data sheets.
PEAK_FLOPS = {
    "B200": 2250e12,
    "H200": 989e12,
    "H100 PCIe": 756e12,
    "H100": 989e12,
    "A100": 312e12,
    "L40S": 362e12,
    "L4": 121e12,
    "A10G": 70e12,
    "RTX 4090": 165e12,
    "V100": 125e12,
}


def pick_device(wanted: str) -> str:
    """`auto` is CUDA where there is one, else the CPU."""
    import torch

    if wanted == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    return wanted


def peak_flops(device: str) -> float | None:
    """The device's peak in floating-point operations per second; None where it isn't known, as on
    every CPU.
    """
    if device == "cpu":
        return None
    import torch

    name = torch.cuda.get_device_name(0)
    return next((peak for part, peak in PEAK_FLOPS.items() if part in name), None)


def peak_memory(device: str) -> int:
    """Most bytes used so far: resident memory of this process on the CPU, allocated device memory
    on a GPU.
    """
    if device == "cpu":
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    import torch

    return torch.cuda.max_memory_allocated()


def load_model(folder: Path, dtype: Any = None) -> Any:
    """A causal language model from safetensors. `dtype` None: as stored."""
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(
        folder,
        dtype=dtype or "auto",
        trust_remote_code=False,
        use_safetensors=True,
        local_files_only=True,
    )


def load_for_training(folder: Path, device: str, full: bool) -> Any:
    """The base model in the precision that training uses on the device."""
    import torch

    if device == "cpu":
        return load_model(folder, torch.float32)
    model = load_model(folder, torch.bfloat16)
    if full and model.num_parameters() <= MASTER_WEIGHTS_UP_TO:
        model = load_model(folder, torch.float32)
    return model


def export_model(model: Any, base: Path, target: Path) -> str:
    """Writes the model and the base's tokenizer files as a whole, or not at all. Returns the
    weights' sha256.
    """
    staging = target.with_name(target.name + ".tmp")
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(parents=True)
    model.config.use_cache = True
    model.save_pretrained(staging)
    for name in TOKENIZER_FILES:
        if (base / name).is_file():
            shutil.copyfile(base / name, staging / name)
    sync_tree(staging)
    digest = weights_sha256(staging)
    shutil.rmtree(target, ignore_errors=True)
    os.replace(staging, target)
    sync_folder(target.parent)
    return digest


def weights_sha256(folder: Path) -> str:
    """Digest of the safetensors files; of several, over their names and digests in order of
    name.
    """
    files = sorted(folder.glob("*.safetensors"))
    digests = [file_sha256(file) for file in files]
    if len(files) == 1:
        return digests[0]
    lines = "".join(f"{digest}  {file.name}\n" for file, digest in zip(files, digests))
    return hashlib.sha256(lines.encode()).hexdigest()


def file_sha256(path: Path) -> str:
    """Digest of a file's content, in hexadecimal."""
    with open(path, "rb") as file:
        return (
            hashlib.file_digest(file, "sha256").hexdigest()
            if hasattr(hashlib, "file_digest")
            else _digest(file)
        )


def _digest(file: Any) -> str:
    total = hashlib.sha256()
    while block := file.read(1 << 20):
        total.update(block)
    return total.hexdigest()


def sync_tree(folder: Path) -> None:
    """Makes every file below a folder durable."""
    for parent, _, names in os.walk(folder):
        for name in names:
            descriptor = os.open(os.path.join(parent, name), os.O_RDONLY)
            os.fsync(descriptor)
            os.close(descriptor)
        sync_folder(Path(parent))
