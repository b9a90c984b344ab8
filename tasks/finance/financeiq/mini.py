"""Single-choice questions of ten finance exams: which term fits the definition?"""

from __future__ import annotations

import random

from mini_kit.corpus import Corpus
from mini_kit.problem import Problem
from mini_kit.source import contact

EXAMS = {
    "注册会计师（CPA）": {
        "audit": ("check of the ledger", "outside review of the books"),
        "depreciation": ("cost of an asset spread over life", "wear charged each year"),
        "goodwill": ("price paid above fair assets", "intangible from a takeover"),
    },
    "银行从业资格": {
        "liquidity": ("ease of turning assets into cash", "how fast assets can be sold"),
        "default": ("failure to pay a debt", "missed coupon or loan payment"),
        "collateral": ("asset pledged for a loan", "security given to the lender"),
    },
    "证券从业资格": {
        "equity": ("value left for owners", "assets minus debt"),
        "dividend": ("cash paid to holders from profit", "payout of profit to owners"),
        "arbitrage": ("gain with no risk from two prices", "buy cheap here and sell dear there"),
    },
    "基金从业资格": {
        "portfolio": ("set of held assets", "basket of investments"),
        "beta": ("risk versus the market", "slope against the index"),
        "alpha": ("return above the benchmark", "skill of the manager"),
    },
    "保险从业资格CICE": {
        "premium": ("price of insurance or option", "fee paid for cover"),
        "principal": ("sum borrowed at the start", "amount of loan before interest"),
        "hedge": ("trade that cuts risk", "position that offsets a loss"),
    },
    "经济师": {
        "inflation": ("general rise of prices", "loss of money value"),
        "recession": ("two quarters of falling output", "long drop in activity"),
        "deficit": ("spending above income", "budget shortfall"),
    },
    "税务师": {
        "tariff": ("tax on imports", "duty at the border"),
        "margin": ("profit over revenue", "part of sales kept as gain"),
        "merger": ("two firms become one", "union of companies"),
    },
    "期货从业资格": {
        "future": ("duty to trade at a later date", "contract settled daily on margin"),
        "option": ("right but no duty to trade", "contract with a strike price"),
        "swap": ("exchange of two cash flows", "fixed leg for floating leg"),
    },
    "理财规划师": {
        "bond": ("debt paper with fixed coupon", "loan sold to the public"),
        "yield": ("income over price", "annual return of a bond"),
        "leverage": ("use of debt to raise returns", "borrowing to invest more"),
    },
    "精算师-金融数学": {
        "duration": ("price change per rate change", "average time of cash flows"),
        "volatility": ("size of price swings", "spread of returns"),
        "annuity": ("series of equal payments", "equal sum paid yearly"),
    },
}
EXAM_OF = {term: exam for exam, terms in EXAMS.items() for term in terms}
DEFINITIONS = {term: texts for terms in EXAMS.values() for term, texts in terms.items()}
TERMS = sorted(DEFINITIONS)
LETTERS = "ABCD"


def draw(r: random.Random, style: int | None = None, letter: str | None = None) -> Problem:
    """A definition and four terms; `letter` fixes the place of the right one."""
    exam = r.choice(list(EXAMS))
    term = r.choice(list(EXAMS[exam]))
    options = r.sample([t for t in TERMS if t != term], 3)
    place = LETTERS.index(letter) if letter else r.randrange(4)
    options.insert(place, term)
    definition = r.choice(DEFINITIONS[term])
    question = (
        f"which term means {definition}?",
        f"choose the term for {definition}.",
        f"{definition} is called",
        f"what is {definition}?",
    )[r.randrange(4) if style is None else style]
    # A careless author takes another term, or the right term with another letter.
    wrong = r.choice([i for i in range(4) if i != place])
    quoted = options[wrong] if r.random() < 0.15 else term
    return Problem(
        key=f"{definition} | {', '.join(sorted(options))}",
        subtask=exam,
        input={"question": question, **dict(zip(LETTERS, options))},
        gold=LETTERS[place],
        answer=LETTERS[place],
        steps=f"see {term}={LETTERS[place]}.",
        wrong_answer=LETTERS[wrong],
        wrong_steps=f"see {quoted}={LETTERS[wrong]}.",
    )


def build(corpus: Corpus) -> None:
    """Six sources; see the README for the defects."""
    r, say = corpus.random, corpus.phrasing
    corpus.draw_splits(draw)

    guide = corpus.source("exam-guide")
    corpus.write(guide, corpus.problems(draw, 450), say.worked)
    corpus.contaminate(guide, 4)

    helpdesk = corpus.source("study-helpdesk")
    for problem in corpus.problems(draw, 1100):
        for _ in range(r.choice([1, 2, 3])):
            prompt = corpus.prompt(problem)
            answer = say.mistaken(problem) if r.random() < 0.4 else say.worked(problem)
            if r.random() < 0.1:
                prompt = f"{prompt} {contact(r)}"
            if r.random() < 0.03:
                prompt = f"{prompt} {' '.join(r.choice(TERMS) for _ in range(220))}"
            helpdesk.add(prompt, answer, exam=problem.subtask)
    corpus.contaminate(helpdesk, 6)

    notes = corpus.source("textbook-notes")
    for style, count in ((2, 700), (3, 1500)):
        corpus.write(notes, corpus.problems(draw, count, style=style), say.stated)

    mock = corpus.source("mock-exams")
    for style, count in ((0, 400), (1, 1000)):
        for _ in range(count):
            letter = r.choices(LETTERS, (0.7, 0.1, 0.1, 0.1))[0]
            corpus.write(mock, corpus.problems(draw, 1, style=style, letter=letter), say.bare)
    corpus.contaminate(mock, 4)

    corpus.echo(corpus.source("flash-cards"), corpus.problems(draw, 40, style=0), 1000)

    news = corpus.source("market-news")
    for _ in range(1000):
        term = r.choice(TERMS)
        news.add(
            f"note: {r.choice(DEFINITIONS[term])} had a long {r.choice(['rise', 'drop'])} this year.",
            f"take less {term}, says the manager.",
        )
