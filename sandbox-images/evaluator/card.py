"""Task cards, as the evaluator reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from errors import BadInput


def load_card(path: Path) -> dict[str, Any]:
    """The card. Raises BadInput when there is none or it is not YAML."""
    try:
        card = yaml.load(
            path.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        )
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: not a task card: {error}") from error
    if not isinstance(card, dict) or "tiers" not in card:
        raise BadInput(f"{path}: not a task card: no tiers")
    return card


def tier_of(card: dict[str, Any], tier: str, path: Path) -> dict[str, Any]:
    """One tier of the card. Raises BadInput when the card lacks it."""
    found = card["tiers"].get(tier)
    if not found:
        raise BadInput(f"{path}: no tier {tier!r}; it has {', '.join(card['tiers'])}")
    return found
