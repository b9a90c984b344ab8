#!/usr/bin/env bash
# The stages of a run as a bare shell loop: the same scripts with the same inputs, no Temporal, no sandbox, no records. What
# `bench/overhead.ts` divides a real run's wall time by.
#
#   bare-loop.sh WORK    where WORK holds: env (shell variables), and a folder per experiment with submission/, config.json, env
set -euo pipefail
work="$1"
# shellcheck disable=SC1091
source "$work/env" # repository python task_folder answers base context max_new_tokens threads card prompts
trainer="$repository/sandbox-images/trainer"
evaluator="$repository/sandbox-images/evaluator"
export PYTHONHASHSEED=0

generate() { # MODEL PROMPTS OUT
  mkdir -p "$3"
  "$python" "$trainer/generate.py" --model "$1" --prompts "$2" --max-new-tokens "$max_new_tokens" --device cpu --threads "$threads" --out "$3"
}

score() { # PREDICTIONS OUT
  for split in dev validation; do
    sed -n "s/{\"id\": *\"$split:/{\"id\": \"/p" "$1" > "$2.$split.jsonl"
    "$python" "$evaluator/score.py" --task-dir "$task_folder" --items "$answers/$split/items.jsonl" --predictions "$2.$split.jsonl" --out "$2.$split.json"
  done
}

inspect() { # DATA OUT
  mkdir -p "$2"
  "$python" "$trainer/inspect_rows.py" --data "$1" --model "$base" --context "$context" --card-json "$card" --out "$2"
}

generate "$base" "$prompts" "$work/baseline"
score "$work/baseline/predictions.jsonl" "$work/baseline/scores"

model="$base"
for experiment in "$work"/it*/; do
  # shellcheck disable=SC1091
  source "$experiment/env" # curate_seed train_seed confirmation
  if [ "$confirmation" = no ]; then
    mkdir -p "$experiment/check"
    "$python" "$trainer/check.py" --submission "$experiment/submission" --out "$experiment/check"
    "$python" "$experiment/submission/process_data.py" --sources "$answers/raw" --output "$experiment/sample.jsonl" --seed "$curate_seed" --limit 100
    inspect "$experiment/sample.jsonl" "$experiment/inspect-sample"
    mkdir -p "$experiment/probe"
    "$python" "$trainer/probe.py" --model "$base" --data "$experiment/sample.jsonl" --config "$experiment/config.json" --context "$context" --seed "$train_seed" --device cpu --threads "$threads" --out "$experiment/probe"
    "$python" "$experiment/submission/process_data.py" --sources "$answers/raw" --output "$experiment/full.jsonl" --seed "$curate_seed"
    inspect "$experiment/full.jsonl" "$experiment/inspect-full"
    mkdir -p "$experiment/audit"
    "$python" "$evaluator/audit.py" --data "$experiment/full.jsonl" --dev "$answers/dev/items.jsonl" --validation "$answers/validation/items.jsonl" --test "$answers/test/items.jsonl" --card "$task_folder/task.yaml" --tier mini --out "$experiment/audit"
    audit="$experiment/audit"
  fi
  mkdir -p "$experiment/train"
  "$python" "$trainer/train.py" --model "$base" --data "$audit/train.jsonl" --holdout "$audit/holdout.jsonl" --config "$experiment/config.json" --context "$context" --seed "$train_seed" --device cpu --threads "$threads" --out "$experiment/train"
  model="$experiment/train/model"
  generate "$model" "$prompts" "$experiment/generate"
  score "$experiment/generate/predictions.jsonl" "$experiment/scores"
done

generate "$model" "$answers/test/prompts.jsonl" "$work/test"
"$python" "$evaluator/score.py" --task-dir "$task_folder" --items "$answers/test/items.jsonl" --predictions "$work/test/predictions.jsonl" --out "$work/test-scores.json"
