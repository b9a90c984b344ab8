"""The shape of a text: what it copies from the prompt becomes a placeholder, its fixed wording stays."""

PIECE = re.compile(r"\d+(?:\.\d+)?|[A-Za-z_]+|[^\sA-Za-z_\d]")


def shape(text, prompt, relational):
    """
    Words that stand in the prompt become W, numbers N. Relational: the placeholders are numbered by first occurrence, so that
    equal pieces stay equal, and each number says how it compares with the one before.
    """
    words = set(re.findall(r"[A-Za-z_]+", prompt.lower()))
    names, parts, previous = {}, [], None
    for piece in PIECE.findall(text):
        if piece[0].isdigit():
            if relational:
                value = float(piece)
                sign = (
                    ""
                    if previous is None
                    else "<"
                    if previous < value
                    else ">"
                    if previous > value
                    else "="
                )
                parts.append(sign + names.setdefault(piece, "n%d" % len(names)))
                previous = value
            else:
                parts.append("N")
        elif piece.isalpha() and piece.lower() in words:
            parts.append(names.setdefault(piece.lower(), "w%d" % len(names)) if relational else "W")
        elif symbolic(piece) and not relational:
            parts.append("W")
        else:
            parts.append(piece.lower())
    if relational:
        return " ".join(parts)
    return re.sub(r"(?:W )+W", "W", " ".join(parts))


def quotations(row):
    """
    For each sentence of the reasoning, whether what it says beside its fixed wording stands word for word in the prompt; and for
    each word taken from the prompt, how often it stands there, by the piece that follows. Names of such facts -> values.
    """
    prompt = " ".join(row.prompt.split())
    counted = Counter(re.findall(r"[a-z_]+", prompt.lower()))
    facts = {}
    for sentence in re.split(r"(?<=[.;!?])\s+|\n", row.reasoning):
        parts = sentence.rstrip(".;!? ").split()
        start, end = 0, len(parts)
        while start < end and fixed(parts[start], counted):
            start += 1
        while end > start and fixed(parts[end - 1], counted):
            end -= 1
        if start < end:
            name = "quotes after '%s' before '%s'" % (
                " ".join(parts[:start])[-30:],
                " ".join(parts[end:])[:30],
            )
            facts.setdefault(name.lower(), []).append(" ".join(parts[start:end]) in prompt)
    pieces = PIECE.findall(row.reasoning)
    for piece, after in zip(pieces, pieces[1:] + [""]):
        count = counted.get(piece.lower(), 0)
        if len(piece) >= 3 and piece.islower() and count:
            kind = (
                after.lower()
                if after.isalpha() and not counted.get(after.lower())
                else "="
                if after == "="
                else "."
            )
            facts.setdefault("times in prompt before '%s'" % kind, []).append(min(count, 3))
    return facts


def fixed(word, counted):
    """Whether a word is wording of the reasoning itself: letters only, and not in the prompt."""
    bare = word.strip(".,;:()\"'").lower()
    return bare.isalpha() and not counted.get(bare) and not symbolic(word.strip(".,;:()\"'"))


def symbolic(piece):
    """Whether a piece is no word of a language: capitals beside the first letter, or one alone."""
    return any(letter.isupper() for letter in piece[1:]) or (len(piece) == 1 and piece.isupper())


def usual_quotations(rows, minimum):
    """Facts that come out the same in at least `minimum` of the rows that have them, with that value; rare facts are left out."""
    tallies, holders = defaultdict(Counter), Counter()
    for row in rows:
        for name, values in quotations(row).items():
            holders[name] += 1
            tallies[name].update(values)
    usual = {}
    for name, tally in tallies.items():
        value, count = tally.most_common(1)[0]
        if (
            holders[name] >= max(10, 0.03 * len(rows))
            and count >= minimum * sum(tally.values())
            and value is not False
        ):
            usual[name] = value
    return usual


def keeps_to(row, usual):
    """Whether the row's quotations come out as usual."""
    return all(
        all(value == usual[name] for value in values)
        for name, values in quotations(row).items()
        if name in usual
    )


def shapes_of_trusted(trusted):
    """
    Shapes of the trusted rows' completions with their answers taken out, or None where the shapes do not repeat: one half must
    cover the other, else a row's shape says nothing.
    """
    shapes = [shape(row.reasoning, row.prompt, False) for row in trusted]
    half = len(shapes) // 2
    known = set(shapes[:half])
    if (
        half < 20
        or share(sum(1 for item in shapes[half:] if item in known), len(shapes) - half) < 0.9
    ):
        return None
    counted = Counter(shapes)
    return {item for item, count in counted.items() if count >= 2}


def answer_step(row):
    """How the answer differs from the most similar symbolic piece of the prompt: characters gained and lost. None: no such piece."""
    pieces = [piece.strip(".,;:?!'\"") for piece in row.prompt.split()]
    answer = Counter(row.answer)
    if len(row.answer) < 4 or not re.search("[A-Za-z]", row.answer):
        return None
    best = None
    for piece in pieces:
        if len(piece) < 5 or not re.search("[A-Za-z]", piece):
            continue
        counted = Counter(piece)
        distance = sum(((answer - counted) + (counted - answer)).values())
        if best is None or (distance, piece) < best[:2]:
            best = (distance, piece, counted)
    if best is None or best[0] > max(len(row.answer), len(best[1])) * 0.7:
        return None
    gained = "".join(sorted((answer - best[2]).elements()))
    lost = "".join(sorted((best[2] - answer).elements()))
    return best[1], "+" + gained + "-" + lost
