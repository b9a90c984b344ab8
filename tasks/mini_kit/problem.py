"""One synthetic problem and the ways in which people write its answer down."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Problem:
    """A problem with its right answer and a plausible wrong one.

    `key` is what the splits are disjoint by, and so is `content` where there is one; `steps` is the
    reasoning without the answer, as one line.
    """

    key: str
    subtask: str
    input: dict[str, Any]
    gold: Any
    answer: str
    steps: str
    wrong_answer: str
    wrong_steps: str
    reference: dict[str, Any] = field(default_factory=dict)
    content: str | None = None


@dataclass(frozen=True)
class Phrasing:
    """How answers are written down, from the card's `answerTemplate`."""

    template: str

    def form(self, answer: str) -> str:
        """The bare answer in the asked format."""
        return self.template.replace("{answer}", answer)

    def worked(self, p: Problem) -> str:
        """Reasoning, then the answer in the asked format."""
        return f"{p.steps} {self.form(p.answer)}"

    def mistaken(self, p: Problem) -> str:
        """The same with a slip in reasoning and answer."""
        return f"{p.wrong_steps} {self.form(p.wrong_answer)}"

    def stated(self, p: Problem) -> str:
        """Reasoning, then the right answer in a sentence instead of the asked format."""
        return f"{p.steps} the answer is {p.answer}."

    def bare(self, p: Problem) -> str:
        """The right answer in the asked format, without reasoning."""
        return self.form(p.answer)
