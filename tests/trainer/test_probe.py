"""The probe: what a batch needs, before the training needs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from trainer_support import CONTEXT, SCRIPTS, load, run_several, write_config


def arguments(model: Path, data: Path, config: Path, out: Path) -> list[object]:
    paths = ["--model", model, "--data", data / "train.jsonl", "--config", config, "--out", out]
    return [*paths, "--context", CONTEXT, "--device", "cpu"]


def test_a_batch_that_fits_is_measured_at_the_full_length(
    model: Path, data: Path, tmp_path: Path
) -> None:
    full = write_config(tmp_path / "full.yaml", gradient_accumulation_steps=5)
    lora = write_config(tmp_path / "lora.yaml", method="lora")
    jobs = [
        arguments(model, data, full, tmp_path / "1"),
        arguments(model, data, lora, tmp_path / "2"),
    ]
    first, second = run_several("probe.py", jobs)
    assert first["tokensPerStep"] == 8 * 5 * CONTEXT
    assert first["secondsPerStep"] > 0 and first["peakMemoryBytes"] > 0
    assert first["trainableParameters"] == first["parameters"]
    assert second["trainableParameters"] < first["trainableParameters"]
    assert second["checkpointBytes"] < first["checkpointBytes"]
    assert not (tmp_path / "1" / "checkpoints").exists()


def test_a_batch_that_does_not_fit_is_an_out_of_memory_result(
    model: Path, data: Path, tmp_path: Path
) -> None:
    config = write_config(tmp_path / "large.yaml", per_device_train_batch_size=1024)
    job = [str(part) for part in arguments(model, data, config, tmp_path / "out")]
    # The limit is set after the libraries have reserved their address space, which is large.
    code = f"""
import sys, resource; sys.path.insert(0, {str(SCRIPTS)!r})
import probe, training
pages = int(open("/proc/self/statm").read().split()[0])
limit = pages * resource.getpagesize() + 200_000_000
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
sys.argv = ["probe.py", *{job!r}]
sys.exit(probe.main())
"""
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr[-2000:]
    result = json.loads((tmp_path / "out" / "result.json").read_text())
    assert result["failure"]["class"] == "out-of-memory"


def test_the_memory_estimate_grows_with_batch_length_and_trainable_weights(model: Path) -> None:
    from transformers import AutoModelForCausalLM

    estimate = load("memory_estimate").estimate_bytes
    network = AutoModelForCausalLM.from_pretrained(model)
    size = network.num_parameters()
    plain = estimate(network, size, 8, 64)
    assert plain > 16 * size
    assert estimate(network, size, 16, 64) > plain
    assert estimate(network, size, 8, 128) > plain
    assert estimate(network, size // 10, 8, 64) < plain
