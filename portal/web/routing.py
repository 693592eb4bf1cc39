"""Rules of addresses that cost a start little."""

from collections.abc import Callable
from functools import cache
from typing import Any

from werkzeug.routing import Rule


class LateRule(Rule):
    """A rule that learns how to make its address when the first one is asked for.

    Werkzeug compiles two functions for each rule at the start; for our 236 rules this took 110 ms.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: FBT002  Werkzeug's
        """Return what Werkzeug would return, made at its first call."""
        compiled = super()._compile_builder

        @cache
        def builder() -> Callable[..., tuple[str, str]]:
            return compiled(append_unknown)

        def build(rule: Rule, /, **values: Any) -> tuple[str, str]:
            return builder()(rule, **values)

        return build
