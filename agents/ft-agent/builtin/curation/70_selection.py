"""Selection: which of the sound rows are taken, and how often."""


def deduplicate(rows, mode):
    """First of each prompt and completion (`exact`) or of each normalized prompt with its answer (`normalized`)."""
    seen, kept = set(), []
    for row in rows:
        key = (
            (row.prompt, row.completion)
            if mode == "exact"
            else (normalized(row.prompt), row.answer)
        )
        if key not in seen:
            seen.add(key)
            kept.append(row)
    return kept


def cap_prompts(rows, cap):
    """At most `cap` rows of one normalized prompt, the first ones: sources come in the plan's order, the better first."""
    seen, kept = Counter(), []
    for row in rows:
        key = normalized(row.prompt)
        seen[key] += 1
        if seen[key] <= cap:
            kept.append(row)
    return kept


def drop_direct(rows):
    """Drops rows that give the answer alone, where at least a tenth of the rows reason before they answer."""
    reasoned = [row for row in rows if len(row.reasoning) >= 3]
    return reasoned if len(reasoned) >= 0.1 * len(rows) else rows


def balance_labels(rows, ratio, randomness):
    """At most `ratio` times the median label's count of any label; which rows go is drawn. Open answers stay as they are."""
    counted = Counter(row.answer for row in rows)
    if not 2 <= len(counted) <= 40:
        return rows
    cap = max(1, int(sorted(counted.values())[(len(counted) - 1) // 2] * ratio))
    taken, chosen = Counter(), set()
    for index in randomness.sample(range(len(rows)), len(rows)):
        if taken[rows[index].answer] < cap:
            taken[rows[index].answer] += 1
            chosen.add(index)
    return [row for index, row in enumerate(rows) if index in chosen]


def cap_sources(rows, sources, randomness):
    """At most `cap` rows of a source, drawn; and each of its rows `repeat` times."""
    kept = []
    for source in sources:
        own = [row for row in rows if row.source == source["name"]]
        cap = source.get("cap")
        if cap is not None and len(own) > cap:
            chosen = sorted(randomness.sample(range(len(own)), cap))
            own = [own[index] for index in chosen]
        kept.extend(own * source.get("repeat", 1))
    return kept


def without_outliers(rows, times):
    """Rows at most `times` as long as the median row."""
    lengths = sorted(len(row.prompt) + len(row.completion) for row in rows)
    return within_length(rows, times * lengths[len(lengths) // 2]) if lengths else rows


def within_length(rows, characters):
    """Rows of at most that many characters, prompt and completion together."""
    return [row for row in rows if len(row.prompt) + len(row.completion) <= characters]
