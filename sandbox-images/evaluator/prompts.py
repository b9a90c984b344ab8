"""Prompts from items: the template sees an item's `input` and nothing else."""

from __future__ import annotations

from typing import Any

import jinja2
import jinja2.sandbox
from errors import BadInput


def render_prompts(template: str, items: list[dict[str, Any]]) -> list[dict[str, str]]:
    """`{id, prompt}` for each item. Raises BadInput when an item lacks what the template needs."""
    environment = jinja2.sandbox.SandboxedEnvironment(undefined=jinja2.StrictUndefined)
    compiled = environment.from_string(template)
    prompts = []
    for item in items:
        try:
            prompts.append({"id": item["id"], "prompt": compiled.render(item["input"]).strip()})
        except (jinja2.TemplateError, TypeError) as error:
            raise BadInput(
                f"item {item['id']!r}: the prompt cannot be rendered: {error}"
            ) from error
    return prompts
