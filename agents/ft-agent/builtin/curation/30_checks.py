"""Checks of one row against itself: what it calculates must be true, what it quotes must stand in the prompt."""

NUMBER = r"\d+(?:\.\d+)?"
EXPRESSION = r"-?" + NUMBER + r"(?:\s*[+\-*/×÷]\s*" + NUMBER + r")*"
RELATION = re.compile(
    r"(?<![\w.)(+\-*/×÷])("
    + EXPRESSION
    + r")\s*(=|<=|>=|<|>)\s*(?=("
    + EXPRESSION
    + r")(?!\s*\(|[\w^%]))"
)
PERSONAL = [
    re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w"),
    re.compile(
        r"\+\d{1,3}[ .-]?(?:\d[ .-]?){6,12}\d|\(\d{3}\) ?\d{3}-\d{4}|(?<![\d-])\d{3}[-.]\d{3}[-.]\d{4}(?![\d-])"
    ),
    re.compile(r"(?i:\b(?:phone|tel|call|mobile|cell)\b)[^\d\n]{0,12}\d{3}[ -]?\d{3,4}(?!\d)"),
    re.compile(r"(?<!\d)(?:\d{4}[ -]){3}\d{1,7}(?!\d)|(?<!\d)\d{15,16}(?!\d)"),
    re.compile(r"\b\d{3}-\d{2}-\d{4}\b"),
]


def calculate(text):
    """Value of a sum of products, or None where it is none. Own arithmetic: generated text is never evaluated as code."""
    text = text.replace("×", "*").replace("÷", "/")
    tokens = re.findall(NUMBER + r"|[+\-*/]", text)
    total, sign, product, operator = 0.0, 1.0, None, "*"
    for token in tokens:
        if token in "+-":
            if product is None:
                sign = -sign if token == "-" else sign
                continue
            total, sign, product, operator = (
                total + sign * product,
                1.0 if token == "+" else -1.0,
                None,
                "*",
            )
        elif token in "*/":
            operator = token
        else:
            value = float(token)
            if product is None:
                product = value
            elif operator == "/":
                if value == 0:
                    return None
                product /= value
            else:
                product *= value
    return None if product is None else total + sign * product


def false_relations(text):
    """Number of stated relations between numbers (a+b=c, x>y) that do not hold."""
    wrong = 0
    for left, relation, right in RELATION.findall(text):
        a, b = calculate(left), calculate(right)
        if a is None or b is None:
            continue
        holds = {"=": abs(a - b) < 1e-6, "<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b}[
            relation
        ]
        # A rounded result is right to the digits that it shows.
        if not holds and not (relation == "=" and "." in right and abs(a - b) < 0.051):
            wrong += 1
    return wrong


def has_personal_data(row):
    """Whether an e-mail address, a telephone number or a card number stands in the row."""
    text = row.prompt + "\n" + row.completion
    return any(pattern.search(text) for pattern in PERSONAL)


def unsourced_numbers(row):
    """Numbers of the reasoning that stand neither in the prompt nor before as a result."""
    known = set(re.findall(NUMBER, row.prompt)) | {"0", "1", "2", "100"}
    missing = 0
    for match in re.finditer(r"([=:]?)\s*(" + NUMBER + ")", row.reasoning):
        if match.group(1) != "=" and match.group(2) not in known:
            missing += 1
        known.add(match.group(2))
    return missing
