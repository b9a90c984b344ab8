"""Invariants: what holds for nearly all rows of the trusted sources is asked of all others."""


def features(row):
    """Yes-or-no facts of a row, by name. Generic: each compares the row's parts with each other."""
    reasoning, answer, prompt = row.reasoning, row.answer, row.prompt
    conclusion = conclusion_of(row) if reasoning else None
    known = re.findall(r"[a-z]+", conclusion) if conclusion else []
    prompt_words = re.findall(r"[a-z]+", prompt.lower())
    counted = Counter(prompt_words)
    found = {
        "relations hold": false_relations(row.completion) == 0,
        "has reasoning": len(reasoning) > 0,
        "answer in reasoning": bool(answer) and answer in reasoning,
        "answer ends reasoning": bool(answer) and reasoning.rstrip(".;, ").endswith(answer),
        "answer in prompt": bool(answer) and answer in prompt,
        "answer not in prompt": bool(answer) and answer not in prompt,
        "numbers have a source": unsourced_numbers(row) == 0,
        "brackets close": all(answer.count(a) == answer.count(b) for a, b in ("()", "[]", "{}")),
        "reasoning ends a sentence": reasoning[-1:] in ".;!",
        "single line": "\n" not in row.completion,
    }
    if known:
        found["conclusion stands in prompt"] = all(word in counted for word in known)
        found["conclusion stands twice in prompt"] = all(counted[word] >= 2 for word in known)
        found["conclusion carries the label"] = bool(
            re.search(re.escape(conclusion) + r"\s*[=:(]\s*" + re.escape(answer), prompt, re.I)
        )
    return found


def apply_invariants(rows, trusted_sources, threshold):
    """Keeps rows that have every feature which at least `threshold` of the trusted rows have; trusted rows stay under the same rule."""
    trusted = [row for row in rows if row.source in trusted_sources]
    if len(trusted) < 40:
        return rows
    counted, asked = Counter(), Counter()
    for row in trusted:
        for name, holds in features(row).items():
            asked[name] += 1
            counted[name] += holds
    required = {
        n for n in counted if asked[n] >= 0.9 * len(trusted) and counted[n] >= threshold * asked[n]
    }
    usual = usual_quotations(trusted, threshold)
    shapes = shapes_of_trusted(trusted)
    lengths = sorted(len(row.completion) for row in trusted)
    low, high = lengths[len(lengths) // 100] * 0.7, lengths[-1 - len(lengths) // 100] * 1.4
    kept = []
    for row in rows:
        found = features(row)
        if any(not found.get(name, False) for name in required):
            continue
        if not keeps_to(row, usual):
            continue
        if not low <= len(row.completion) <= high:
            continue
        if shapes is not None and shape(row.reasoning, row.prompt, False) not in shapes:
            continue
        kept.append(row)
    return kept
