"""The plan, carried out in order. Written by a plan, not by hand: see PLAN."""

import argparse
import random


def curate(folder, plan, seed, limit):
    """Rows for training: read, brought into the asked format, checked, voted on, selected, shuffled."""
    randomness = random.Random(seed)
    operations = plan["operations"]
    read_limits = [
        n
        for n in (operations["readRows"], None if limit is None else max(20 * limit, 2000))
        if n is not None
    ]
    row_limit = min(read_limits) if read_limits else None
    rows = read_rows(folder, plan["sources"], row_limit)
    if operations["personalData"]:
        rows = [row for row in rows if not has_personal_data(row)]
    form = plan["format"]
    answer_format = AnswerFormat(form["pattern"], form["template"], form["labels"])
    separator = usual_separator([row for row in rows if answer_format.locate(row)])
    settled = []
    for source in plan["sources"]:
        own = [row for row in rows if row.source == source["name"]]
        settled.extend(settle_answers(own, answer_format, source["rewrite"], separator))
    if operations["formatFilter"]:
        rows = settled
    else:
        known = {id(row) for row in settled}
        for row in rows:
            if id(row) not in known:
                row.answer = row.completion
    if operations["dropDirect"]:
        rows = drop_direct(rows)
    if operations["arithmetic"]:
        rows = [row for row in rows if false_relations(row.completion) == 0]
    if operations["evidence"]:
        usual = usual_quotations(rows, 0.6)
        rows = [row for row in rows if keeps_to(row, usual)]
    if operations["invariants"] is not None:
        rules = operations["invariants"]
        rows = apply_invariants(rows, set(rules["trusted"]), rules["threshold"])
    if operations["conflicts"] != "keep":
        rows = conflicting_prompts(rows, operations["conflicts"])
    if operations["votes"]:
        if form["labels"]:
            rows = vote_out(rows, label_by_shape, 8, 0.5, 0.5)
        rows = vote_out(rows, step_by_request, 20, 0.3, 0.2)
        rows = associations_vote(rows, 4)
    if operations["dedupe"] != "none":
        rows = deduplicate(rows, operations["dedupe"])
    if operations["promptCap"] is not None:
        rows = cap_prompts(rows, operations["promptCap"])
    if operations["lengthOutliers"] is not None:
        rows = without_outliers(rows, operations["lengthOutliers"])
    if operations["maxCharacters"] is not None:
        rows = within_length(rows, operations["maxCharacters"])
    if operations["balance"] is not None:
        rows = balance_labels(rows, operations["balance"], randomness)
    if operations["mix"] is not None:
        mix = operations["mix"]
        rows = match_mix(rows, set(mix["trusted"]), mix["most"], randomness)
    rows = cap_sources(rows, plan["sources"], randomness)
    randomness.shuffle(rows)
    most = [n for n in (operations["maxRows"], limit) if n is not None]
    return rows[: min(most)] if most else rows


def main():
    parser = argparse.ArgumentParser(description="Curates training rows from the raw sources.")
    parser.add_argument("--sources", required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--limit", type=int, default=None)
    arguments = parser.parse_args()
    rows = curate(arguments.sources, PLAN, arguments.seed, arguments.limit)
    with open(arguments.output, "w", encoding="utf-8") as output:
        for row in rows:
            output.write(json.dumps({"prompt": row.prompt, "completion": row.completion}) + "\n")


if __name__ == "__main__":
    main()
