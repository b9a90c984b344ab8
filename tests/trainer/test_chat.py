"""One chat format for counting, training and generating."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from trainer_support import CONTEXT, SCRIPTS, load, run, sums, write_config, write_rows

chat_module = load("chat")


def test_tokens_are_those_of_transformers(model: Path) -> None:
    from transformers import PreTrainedTokenizerFast

    tokenizer = PreTrainedTokenizerFast.from_pretrained(model)
    chat = chat_module.Chat(model)
    pairs = [("what is 1 + 1?", "2"), ("a\n  b", ""), ("", "x"), ("é <eos> {x}", "\\boxed{3}")]
    encoded = chat.encode_rows([chat_module.Row(*pair) for pair in pairs])
    for (prompt, completion), row in zip(pairs, encoded):
        question = [{"role": "user", "content": prompt}]
        answer = [*question, {"role": "assistant", "content": completion}]
        expected = tokenizer.apply_chat_template(answer)["input_ids"]
        beginning = tokenizer.apply_chat_template(question, add_generation_prompt=True)["input_ids"]
        assert row.ids == expected
        assert row.ids[: row.prompt_length] == beginning
        assert chat.encode_prompts([prompt]) == [beginning]


def test_training_sees_the_rows_that_trl_would_make_of_a_conversation(
    model: Path, tmp_path: Path
) -> None:
    """In a process of its own, since TRL's trainer sets up the whole process."""
    rows = sums(20, seed=3)
    write_rows(tmp_path / "rows.jsonl", rows)
    code = f"""
import sys; sys.path.insert(0, {str(SCRIPTS)!r})
from pathlib import Path
from startup import pin_environment; pin_environment(1)
from chat import Chat
from rows import read_rows
from training import make_dataset, make_tokenizer
from datasets import Dataset
from transformers import AutoModelForCausalLM
from trl import SFTConfig, SFTTrainer
model, data = Path({str(model)!r}), Path({str(tmp_path / "rows.jsonl")!r})
rows = read_rows(data)
talk = Dataset.from_list([
    {{"prompt": [{{"role": "user", "content": row.prompt}}],
      "completion": [{{"role": "assistant", "content": row.completion}}]}} for row in rows])
for completion_only in (True, False):
    for length in ({CONTEXT}, 24):
        args = SFTConfig({str(tmp_path / "trl")!r}, max_length=length, use_cpu=True, bf16=False,
            completion_only_loss=completion_only, report_to=[], disable_tqdm=True)
        trainer = SFTTrainer(AutoModelForCausalLM.from_pretrained(model), args,
            train_dataset=talk, processing_class=make_tokenizer(model))
        theirs = [(r["input_ids"], r["labels"]) for r in trainer.train_dataset]
        dataset = make_dataset(Chat(model).encode_rows(rows), length, completion_only)
        ours = [(r["input_ids"], r["labels"]) for r in dataset]
        assert ours == theirs and 0 < len(ours), (completion_only, length)
"""
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr[-3000:]


def test_the_lengths_that_inspection_reports_are_the_tokens_that_training_sees(
    model: Path, training, tmp_path: Path
) -> None:
    rows = sums(24, seed=4)
    file = write_rows(tmp_path / "rows.jsonl", rows)
    card = '{"answerPattern": "boxed"}'
    options = ("--model", model, "--context", CONTEXT, "--card-json", card)
    inspected = run("inspect_rows.py", "--data", file, *options, "--out", tmp_path / "inspected")
    changes = {"per_device_train_batch_size": 24, "gradient_accumulation_steps": 1, "max_steps": 1}
    config = write_config(tmp_path / "train.yaml", **changes)
    trained = run("train.py", *training(tmp_path / "trained", config, data=file))
    lengths = inspected["statistics"]["tokenLengths"]
    assert lengths["total"] == trained["tokens"]
    assert lengths["max"] == max(4 + len(row["prompt"] + row["completion"]) for row in rows)
