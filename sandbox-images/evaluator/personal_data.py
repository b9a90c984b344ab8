"""Personal data in a text, as the constraint `personalData: forbidden` of a card means it: e-mail
addresses, telephone numbers, card numbers.

What a profile shows of the raw sources counts the same kinds (trainer/source_profile.py): whoever drops
the rows that it counts, obeys.
"""

from __future__ import annotations

import re

EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w")
AT = re.compile(r"(?<=[\w.+-])@(?=[\w-])")
BEFORE, AFTER = 64, 255  # characters around an at sign that an address may have
PHONE = re.compile(
    r"\+\d{1,3}[ .-]?(?:\d[ .-]?){6,12}\d|\(\d{3}\) ?\d{3}-\d{4}"
    r"|(?<![\d-])\d{3}[-.]\d{3}[-.]\d{4}(?![\d-])"
    r"|(?i:\b(?:phone|tel|call|mobile|cell)\b)[^\d\n]{0,12}\d{3}[ -]?\d{3,4}(?!\d)"
)
CARD = re.compile(r"(?<!\d)(?:\d{4}[ -]){3}\d{1,7}(?!\d)|(?<!\d)\d{15,16}(?!\d)")


def has_email(text: str) -> bool:
    """Whether an e-mail address stands in the text; looked for around at signs, in linear time."""
    return any(
        EMAIL.search(text[max(0, at.start() - BEFORE) : at.start() + AFTER])
        for at in AT.finditer(text)
    )


def personal_data_in(text: str) -> list[str]:
    """The kinds of personal data that the text holds."""
    found = {
        "email": has_email(text),
        "phone": PHONE.search(text) is not None,
        "card": CARD.search(text) is not None,
    }
    return [kind for kind, there in found.items() if there]
