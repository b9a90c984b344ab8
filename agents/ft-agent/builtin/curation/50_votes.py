"""Votes: rows that ask the same must answer the same, at the level of the prompt, of its shape, or of what goes together."""


def conflicting_prompts(rows, mode):
    """One answer per normalized prompt: `majority` keeps the commonest (ties: none of them), `drop` keeps unanimous prompts only."""
    votes = defaultdict(Counter)
    for row in rows:
        votes[normalized(row.prompt)][row.answer.lower()] += 1
    kept = []
    for row in rows:
        ranked = votes[normalized(row.prompt)].most_common(2)
        if len(ranked) == 1:
            kept.append(row)
        elif (
            mode == "majority"
            and ranked[0][1] > ranked[1][1]
            and row.answer.lower() == ranked[0][0]
        ):
            kept.append(row)
    return kept


def vote_out(rows, key_and_value, minimum_group, minimum_share, rare):
    """
    Drops rows whose value is rare among the rows of the same key: in groups of at least `minimum_group` rows whose commonest
    value has `minimum_share` of them, the values with at most `rare` times its count. Keys of None take no part.
    """
    pairs = [key_and_value(row) for row in rows]
    groups = defaultdict(Counter)
    for pair in pairs:
        if pair is not None:
            groups[pair[0]][pair[1]] += 1
    kept = []
    for row, pair in zip(rows, pairs):
        if pair is not None:
            group = groups[pair[0]]
            size = sum(group.values())
            top = group.most_common(1)[0][1]
            if (
                size >= minimum_group
                and top >= minimum_share * size
                and group[pair[1]] <= rare * top
            ):
                continue
        kept.append(row)
    return kept


def label_by_shape(row):
    """Key: the relational shape of the reasoning; value: the label."""
    if not row.reasoning:
        return None
    return shape(row.reasoning, row.prompt, True), row.answer


def step_by_request(row):
    """Key: the prompt without the piece that the answer is closest to; value: characters gained and lost."""
    step = answer_step(row)
    if step is None:
        return None
    rest = re.sub(r"\d+", "N", row.prompt.replace(step[0], "X").lower())
    return " ".join(re.findall(r"[a-z]{2,}", rest)), step[1]


def associations_vote(rows, minimum_support):
    """
    What the answer stands for (the last words of the reasoning, else the answer) must go with the prompt: for every phrase of
    four to one words of the prompt, count which conclusions come with it; a row is dropped where another conclusion that the
    prompt offers is clearly better supported by the prompt's rarest phrases.
    """
    conclusions = [conclusion_of(row) for row in rows]
    known = {c for c, n in Counter(conclusions).items() if c and n >= minimum_support}
    if not 3 <= len(known) <= 2000:
        return rows
    together, alone, prompts = defaultdict(Counter), Counter(), []
    for row, conclusion in zip(rows, conclusions):
        words = re.findall(r"[a-z]+", row.prompt.lower())
        offered = (
            {c for c in known if c in row.prompt.lower()} if len(known) <= 200 else {conclusion}
        )
        phrases = {" ".join(words[i : i + 3]) for i in range(len(words) - 2)}
        prompts.append((phrases, offered))
        for phrase in phrases:
            alone[phrase] += 1
            together[phrase][conclusion] += 1
    kept = []
    for row, conclusion, (phrases, offered) in zip(rows, conclusions, prompts):
        if conclusion in known:
            support = {}
            for candidate in offered | {conclusion}:
                support[candidate] = max(
                    (
                        together[p][candidate] / alone[p]
                        for p in phrases
                        if alone[p] >= minimum_support
                    ),
                    default=0.0,
                )
            best = max(support.values())
            if best > 0.4 and support[conclusion] < best * 0.5:
                continue
        kept.append(row)
    return kept


def conclusion_of(row):
    """The words of the prompt that the answer is put to: in `so flat valve=A` flat valve; None where there are none."""
    match = re.search(r"([A-Za-z][A-Za-z _-]*?)\s*[=:(]\s*" + re.escape(row.answer), row.reasoning)
    if match is None:
        return row.answer.lower() if re.search("[A-Za-z]{3}", row.answer) else None
    words = match.group(1).lower().split()
    known = set(re.findall(r"[a-z_-]+", row.prompt.lower()))
    while words and words[0] not in known:
        words.pop(0)
    return " ".join(words) or None
