"""Answers: found in the asked format, or rewritten into it where a row states its answer in other words."""

CONNECTIVES = r"(?:so|thus|hence|therefore|then|and|which means|that means|in short|finally|overall|we get|this gives)?"
STATED_FORMS = [
    r"\\boxed\s*\{(?P<answer>[^{}]+)\}",
    r"\{\s*\"?\w+\"?\s*[:=]\s*\[?\s*\"?(?P<answer>[^\"{}\[\]]+?)\"?\s*\]?\s*\}",
    r"(?:the |my |our )?(?:final |correct |right |best )?"
    r"(?:answer|result|solution|label|option|choice|code|verdict|decision|conclusion|output|outcome|product|finding)"
    r"(?: code| label| option)?\s*(?:(?:is|was|would be|should be)\s*:?|:|=|->|=>)\s*(?:option |choice |number )?(?P<answer>.+)",
    r"(?:it|that|this|we|i|which) (?:is|gives|leaves|yields|makes|means|pick|picks|choose|say|conclude|get|go with|rule)"
    r":? (?P<answer>.+)",
    r"(?:####|-->|->|=>|\*\*)\s*(?P<answer>.+)",
]
LOOSE_FORMS = [r"(?:^|[\s:=])(?P<answer>[^\s:=]+)"]


class AnswerFormat:
    """The asked format: the card's pattern that a completion must match, and its template with the place of the answer."""

    def __init__(self, pattern, template, labels):
        self.pattern = re.compile(pattern)
        self.prefix, _, self.suffix = template.partition("{answer}")
        self.labels = {label.lower(): label for label in labels} if labels else None
        literal = [
            r"\s*".join(map(re.escape, re.sub(r"\s+", "", part)))
            for part in (self.prefix, self.suffix)
        ]
        end = literal[1] if literal[1] else r"\s*(?:\n|$)"
        self.exact = re.compile(literal[0] + r"\s*(?P<answer>\S.*?|)\s*" + end)
        tail = r"\s*[.;!*\"')]*\s*$"
        self.stated = [
            re.compile(CONNECTIVES + r",?\s*" + form + tail, re.I) for form in STATED_FORMS
        ]
        self.loose = [re.compile(form + tail, re.I) for form in LOOSE_FORMS]

    def write(self, answer):
        """The answer as the template asks for it."""
        return self.prefix + answer + self.suffix

    def locate(self, row):
        """Sets answer and reasoning of a row whose completion is in the asked format; False where it is not."""
        if not self.pattern.search(row.completion):
            return False
        found = None
        for found in self.exact.finditer(row.completion):
            pass
        if found is None:
            found = self.pattern.search(row.completion)
            row.answer = found.group(0).strip()
        else:
            row.answer = found.group("answer").strip()
        before = row.completion[: found.start()]
        row.reasoning = before.strip()
        row.gap = before[len(before.rstrip()) :]
        return True

    def admissible(self, text):
        """The bare answer that a stated one stands for, or None where the format would not take it."""
        answer = text.strip().strip("*$`\"' ").rstrip(".;!, ").strip()
        if self.labels is not None:
            answer = self.labels.get(answer.lower().strip("()[]"), None)
        if not answer or "\n" in answer or not self.pattern.search(self.write(answer)):
            return None
        return answer

    def restate(self, row, separator, loose):
        """Rewrites a stated answer through the template, keeping the reasoning before it; False where none is found."""
        for form in self.stated + (self.loose if loose else []):
            candidates = list(form.finditer(row.completion))
            for found in reversed(candidates):
                answer = self.admissible(found.group("answer"))
                if answer is None:
                    continue
                row.answer = answer
                row.reasoning = row.completion[: found.start()].strip().rstrip(",;")
                row.completion = (row.reasoning + separator if row.reasoning else "") + self.write(
                    answer
                )
                return True
        return False


def usual_separator(rows):
    """White space that most often stands between reasoning and answer; a blank where none does."""
    seen = Counter(row.gap for row in rows if row.reasoning and row.gap)
    return seen.most_common(1)[0][0] if seen else " "


def settle_answers(rows, answer_format, rewrite, separator):
    """
    Rows whose answer stands in the asked format, or could be rewritten into it (`rewrite`: none,
    stated or loose; `separator`: white space between reasoning and answer).
    """
    settled = []
    for row in rows:
        if answer_format.locate(row):
            settled.append(row)
        elif rewrite != "none" and answer_format.restate(row, separator, rewrite == "loose"):
            settled.append(row)
    return settled
