"""Makes references.json, with scipy and statsmodels: what tests/statistics compares with.

    pip install scipy==1.17.1 statsmodels==0.15.0 && python tests/statistics/references/make.py
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy
import scipy.stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower


def main() -> None:
    random = numpy.random.default_rng(20261127)
    out: dict[str, object] = {}
    out["signFlip"] = []
    for n in (3, 7, 12):
        values = random.normal(0.3, 1, n).round(3).tolist()
        p = {
            side: scipy.stats.permutation_test(
                (values,), numpy.mean, permutation_type="samples", alternative=side, n_resamples=2**n
            ).pvalue
            for side in ("less", "greater")
        }
        out["signFlip"].append({"values": values, **p})
    out["sign"] = [
        {"wins": w, "losses": k, "p": scipy.stats.binomtest(w, w + k, 0.5).pvalue}
        for w, k in ((9, 1), (5, 5), (0, 6), (7, 3), (13, 0))
    ]
    p = random.uniform(0, 0.2, 6).round(4).tolist()
    out["holm"] = {"p": p, "adjusted": multipletests(p, method="holm")[1].tolist()}
    out["t"] = []
    for n in (2, 3, 5):
        values = random.normal(0.1, 0.2, n).round(3).tolist()
        interval = scipy.stats.ttest_1samp(values, 0).confidence_interval(0.95)
        out["t"].append({"values": values, "low": interval.low, "high": interval.high})
    out["bootstrap"] = []
    for n in (8, 13):
        values = random.normal(0.1, 0.2, n).round(3).tolist()
        interval = scipy.stats.bootstrap(
            (values,), numpy.mean, n_resamples=200_000, method="percentile", rng=1
        ).confidence_interval
        out["bootstrap"].append({"values": values, "low": interval.low, "high": interval.high})
    out["improvement"] = []
    for _ in range(2):
        a = [random.integers(0, 6, 5).tolist() for _ in range(3)]
        b = [random.integers(0, 6, 4).tolist() for _ in range(3)]
        shares = [
            scipy.stats.mannwhitneyu(x, y).statistic / (len(x) * len(y)) for x, y in zip(a, b)
        ]
        out["improvement"].append({"a": a, "b": b, "value": float(numpy.mean(shares))})
    out["trimmed"] = []
    for n in (8, 12, 20):
        values = random.normal(0, 1, n).round(3).tolist()
        out["trimmed"].append({"values": values, "mean": scipy.stats.trim_mean(values, 0.25)})
    out["pairs"] = [
        {
            "effect": effect,
            "deviation": deviation,
            "n": float(
                TTestPower().solve_power(effect / deviation, power=0.8, alpha=0.05)
            ),
        }
        for effect, deviation in ((0.05, 0.03), (0.05, 0.05), (0.05, 0.1), (0.02, 0.1))
    ]
    path = Path(__file__).with_name("references.json")
    path.write_text(json.dumps(out, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
