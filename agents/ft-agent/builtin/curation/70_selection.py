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


def match_mix(rows, trusted_sources, most, randomness):
    """
    Repeats rows of kinds of prompts that are rarer here than in the trusted sources, `most` times at
    most, so that the mix of kinds comes closer to theirs. A kind is the set of the wording's words
    in a prompt; kinds under 2% of the trusted rows are left alone.
    """
    trusted = [row for row in rows if row.source in trusted_sources]
    if len(trusted) < 40:
        return rows
    wording = wording_of(trusted)
    kinds = [frozenset(prompt_words(row) & wording) for row in rows]
    here = Counter(kinds)
    there = Counter(frozenset(prompt_words(row) & wording) for row in trusted)
    kept = []
    for row, kind in zip(rows, kinds):
        weight = 1.0
        if there[kind] >= 0.02 * len(trusted):
            weight = share(there[kind], len(trusted)) / share(here[kind], len(rows))
        times = min(float(most), max(1.0, weight))
        whole = int(times)
        kept.extend([row] * (whole + (randomness.random() < times - whole)))
    return kept


def wording_of(rows):
    """
    Words that belong to the way a prompt is put, not to what it is about: in at least a tenth of the
    prompts, and (nearly) never without some other word that most prompts may lack.
    """
    prompts = [prompt_words(row) for row in rows]
    frequency = Counter(word for words in prompts for word in words)
    frequent = sorted(w for w, n in frequency.items() if 0.08 * len(rows) <= n <= 0.9 * len(rows))
    wording = set()
    for word in frequent:
        having = [words for words in prompts if word in words]
        for other in frequent:
            together = sum(other in words for words in having)
            if other != word and together >= 0.97 * len(having):
                wording.add(word)
                break
    return wording


def prompt_words(row):
    """Words of the prompt in lower case letters, each once; pieces of symbols are no words."""
    return set(re.findall(r"(?<![\w()=#@\[\]])[a-z]{2,}(?![\w()=#@\[\]])", row.prompt))


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
