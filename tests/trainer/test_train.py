"""What survives a kill, and what a training says of itself."""

from __future__ import annotations

import hashlib
import json
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from trainer_support import CONFIG, load, run, run_several, start, write_config

METHODS = ("full", "lora")
#: Beyond the first epoch (13 steps) and beyond the checkpoint at step 15.
KILLED_AT = 17
DEADLINE_SECONDS = 200


def wait_for_step(process: subprocess.Popen[str], out: Path, step: int) -> None:
    """Returns as soon as metrics.jsonl shows the step."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    metrics = out / "metrics.jsonl"
    while not metrics.is_file() or f'"step": {step},' not in metrics.read_text():
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < deadline, "the training did not get there"
        time.sleep(0.002)


def steps_in(out: Path) -> list[int]:
    """The steps that metrics.jsonl has lines for."""
    return [json.loads(line)["step"] for line in (out / "metrics.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module")
def configs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A train.yaml per method."""
    folder = tmp_path_factory.mktemp("configs")
    return {method: write_config(folder / f"{method}.yaml", method=method) for method in METHODS}


@pytest.fixture(scope="module")
def undisturbed(
    tmp_path_factory: pytest.TempPathFactory,
    training: Callable[..., list[Any]],
    configs: dict[str, Path],
) -> dict[str, tuple[Path, dict[str, Any]]]:
    """A training per method from beginning to end: its folder and its result."""
    outs = {method: tmp_path_factory.mktemp(f"undisturbed-{method}") for method in METHODS}
    results = run_several(
        "train.py", [training(outs[method], configs[method]) for method in METHODS]
    )
    return {method: (outs[method], result) for method, result in zip(METHODS, results)}


@pytest.fixture(scope="module")
def killed(
    tmp_path_factory: pytest.TempPathFactory,
    training: Callable[..., list[Any]],
    configs: dict[str, Path],
) -> dict[str, Path]:
    """A training per method that kill -9 ended in the middle of the second epoch."""
    outs = {method: tmp_path_factory.mktemp(f"killed-{method}") for method in METHODS}
    for method, out in outs.items():
        process = start("train.py", *training(out, configs[method]))
        wait_for_step(process, out, KILLED_AT)
        process.kill()
        process.communicate()
        assert process.returncode == -signal.SIGKILL, "it was over before it could be killed"
        assert not (out / "result.json").exists()
    return outs


@pytest.mark.parametrize("method", METHODS)
def test_a_training_killed_and_started_again_ends_with_the_undisturbed_weights(
    method: str,
    undisturbed: dict[str, tuple[Path, dict[str, Any]]],
    killed: dict[str, Path],
    training: Callable[..., list[Any]],
    configs: dict[str, Path],
    tmp_path: Path,
) -> None:
    out = tmp_path / "resumed"
    shutil.copytree(killed[method], out)
    result = run("train.py", *training(out, configs[method]))
    expected = undisturbed[method][1]
    assert result["ok"] and result["resumes"] == 1
    assert json.loads((out / "resumes.jsonl").read_text()) == {"step": 15}
    assert steps_in(out) == list(range(1, CONFIG["max_steps"] + 1))
    for key in ("weightsSha256", "finalLoss", "trainLoss", "holdoutLoss", "tokens"):
        assert result[key] == expected[key], key


def test_checkpoints_that_cannot_be_trusted_are_passed_over(
    undisturbed: dict[str, tuple[Path, dict[str, Any]]],
    killed: dict[str, Path],
    training: Callable[..., list[Any]],
    configs: dict[str, Path],
    tmp_path: Path,
) -> None:
    torn, staged, other, unexported = (tmp_path / name for name in "abcd")
    for out in (torn, staged, other):
        shutil.copytree(killed["full"], out)
    # A torn file in the newest checkpoint: the one before counts.
    newest = sorted((torn / "checkpoints").glob("step-*"))[-1]
    weights = newest / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    # A checkpoint whose writing was cut off has no manifest and another name.
    shutil.copytree(newest, staged / "checkpoints" / ".staging" / "checkpoint-20")
    (staged / "checkpoints" / "step-00000020").mkdir()
    # Killed between the last checkpoint and the export: only the export is done again.
    shutil.copytree(undisturbed["full"][0], unexported)
    shutil.rmtree(unexported / "model")
    (unexported / "result.json").unlink()
    jobs = [training(out, configs["full"]) for out in (torn, staged, unexported)]
    # Checkpoints of another seed are not this training's.
    results = run_several("train.py", [*jobs, training(other, configs["full"], seed=8)])
    expected = undisturbed["full"][1]["weightsSha256"]
    assert [result["weightsSha256"] == expected for result in results] == [True, True, True, False]
    assert json.loads((torn / "resumes.jsonl").read_text()) == {"step": 10}
    assert json.loads((staged / "resumes.jsonl").read_text()) == {"step": 15}
    assert json.loads((unexported / "resumes.jsonl").read_text()) == {"step": CONFIG["max_steps"]}
    assert results[3]["resumes"] == 0
    for out in (torn, staged, unexported, other):
        assert steps_in(out) == list(range(1, CONFIG["max_steps"] + 1))


def test_sigterm_finishes_the_step_writes_a_checkpoint_and_exits_with_143(
    undisturbed: dict[str, tuple[Path, dict[str, Any]]],
    training: Callable[..., list[Any]],
    configs: dict[str, Path],
    tmp_path: Path,
) -> None:
    process = start("train.py", *training(tmp_path, configs["full"]))
    wait_for_step(process, tmp_path, 6)
    process.terminate()
    process.communicate(timeout=DEADLINE_SECONDS)
    assert process.returncode == 143
    assert not (tmp_path / "result.json").exists()
    last = steps_in(tmp_path)[-1]
    assert (tmp_path / "checkpoints" / f"step-{last:08d}" / "manifest.json").is_file()
    result = run("train.py", *training(tmp_path, configs["full"]))
    assert result["weightsSha256"] == undisturbed["full"][1]["weightsSha256"]
    assert json.loads((tmp_path / "resumes.jsonl").read_text()) == {"step": last}


def test_a_finished_training_is_not_trained_again(
    undisturbed: dict[str, tuple[Path, dict[str, Any]]],
    training: Callable[..., list[Any]],
    configs: dict[str, Path],
) -> None:
    out, expected = undisturbed["full"]
    written = (out / "result.json").stat().st_mtime_ns
    assert run("train.py", *training(out, configs["full"])) == expected
    assert (out / "result.json").stat().st_mtime_ns == written


@pytest.mark.parametrize("method", METHODS)
def test_a_training_leaves_a_loadable_model_a_line_per_step_and_its_figures(
    method: str, undisturbed: dict[str, tuple[Path, dict[str, Any]]], model: Path
) -> None:
    out, result = undisturbed[method]
    lines = [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]
    fields = "step steps loss lr tokensPerSecond mfu memoryBytes gradNorm epoch".split()
    assert all(set(fields) <= set(line) for line in lines)
    assert [line["step"] for line in lines] == list(range(1, 25))
    assert {line["steps"] for line in lines} == {24} and lines[0]["mfu"] is None
    assert lines[-1]["loss"] < lines[0]["loss"]
    weights = (out / "model" / "model.safetensors").read_bytes()
    assert hashlib.sha256(weights).hexdigest() == result["weightsSha256"]
    assert weights != (model / "model.safetensors").read_bytes()
    base_size = (model / "model.safetensors").stat().st_size
    assert abs(len(weights) - base_size) < 200, "the adapters are merged, not added"
    tokenizer = (out / "model" / "tokenizer.json").read_bytes()
    assert tokenizer == (model / "tokenizer.json").read_bytes()
    assert result["overfittingGap"] == result["holdoutLoss"] - result["trainLoss"]
    assert {"python", "torch", "trl"} <= set(result["versions"])
    assert result["tokens"] == sum(line["tokens"] for line in lines)
    assert (out / "adapter" / "adapter_model.safetensors").is_file() == (method == "lora")
    pickles = [file for file in out.rglob("*") if file.suffix in (".bin", ".pkl")]
    assert pickles == []


def test_what_a_candidate_does_wrong_is_a_result_and_no_crash(
    model: Path, training: Callable[..., list[Any]], tmp_path: Path
) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    broken = tmp_path / "broken-model"
    shutil.copytree(model, broken)
    weights = load_file(broken / "model.safetensors")
    weights["model.norm.weight"][0] = torch.nan
    save_file(weights, broken / "model.safetensors", metadata={"format": "pt"})
    wild = write_config(tmp_path / "wild.yaml", learning_rate=1.0, warmup_ratio=0)
    plain = write_config(tmp_path / "plain.yaml")
    lora = {**CONFIG["lora"], "target_modules": ["no_such_module"]}
    absent = write_config(tmp_path / "absent.yaml", method="lora", lora=lora)
    short = write_config(tmp_path / "short.yaml", max_length=8)
    bounds = write_config(tmp_path / "bounds.yaml", learning_rate=2)
    results = run_several(
        "train.py",
        [
            training(tmp_path / "1", wild),
            training(tmp_path / "2", plain, model=broken),
            training(tmp_path / "3", absent),
            training(tmp_path / "4", short),
            training(tmp_path / "5", bounds),
        ],
    )
    failures = [result["failure"] for result in results]
    classes = ["diverged", "non-finite-loss", "invalid-config", "no-rows", "invalid-config"]
    assert [failure["class"] for failure in failures] == classes
    assert "the loss rose from" in failures[0]["message"]
    assert "step 1" in failures[1]["message"]
    assert "no_such_module" in failures[2]["message"]
    assert "learning_rate" in failures[4]["message"]
    assert not any((tmp_path / name / "model").exists() for name in "12345")


class TestLossRule:
    """The rule in `metrics.loss_failure`."""

    judge = staticmethod(load("metrics").loss_failure)

    def test_a_falling_loss_and_a_noisy_one_pass(self) -> None:
        assert self.judge([3.0 - i / 50 for i in range(100)], 5, 100) is None
        assert self.judge([2.0, 9.0] * 50, 5, 100) is None
        assert self.judge([2.0] * 50 + [50.0] + [2.0] * 9, 5, 100) is None

    def test_a_loss_near_zero_may_triple(self) -> None:
        assert self.judge([0.01] * 20 + [0.1] * 20, 2, 40) is None

    def test_a_rise_within_the_warm_up_passes_and_after_it_fails(self) -> None:
        losses = [1.0] * 10 + [5.0] * 10
        assert self.judge(losses, 11, 200) is None
        assert self.judge(losses, 10, 200).kind == "diverged"

    def test_infinity_fails_at_once(self) -> None:
        assert self.judge([float("inf")], 5, 100).kind == "non-finite-loss"
