"""Permissions as sentences: predicates that combine with `&`, `|` and `~`; no rule means no."""

from collections.abc import Callable, Hashable, Mapping
from typing import Any

from portal.core.errors import Forbidden

Check = Callable[[Any, Any], bool]


class Predicate:
    """A yes-or-no question about an actor and a thing."""

    def __init__(self, check: Check) -> None:
        self.check = check

    def __call__(self, actor: Any, thing: Any) -> bool:
        """Answer the question."""
        return self.check(actor, thing)

    def __and__(self, other: "Predicate") -> "Predicate":
        """Both hold."""
        return Predicate(lambda actor, thing: self(actor, thing) and other(actor, thing))

    def __or__(self, other: "Predicate") -> "Predicate":
        """One of them holds."""
        return Predicate(lambda actor, thing: self(actor, thing) or other(actor, thing))

    def __invert__(self) -> "Predicate":
        """It does not hold."""
        return Predicate(lambda actor, thing: not self(actor, thing))


class Policy:
    """Which action is allowed when. An action without a rule is forbidden to everyone."""

    def __init__(self, rules: Mapping[Hashable, Predicate]) -> None:
        self.rules = dict(rules)

    def allows(self, actor: Any, action: Hashable, thing: Any) -> bool:
        """Return whether `actor` may do `action` with `thing`."""
        rule = self.rules.get(action)
        return bool(rule and rule(actor, thing))

    def require(self, actor: Any, action: Hashable, thing: Any) -> None:
        """Raise `Forbidden` unless `actor` may do `action` with `thing`."""
        if not self.allows(actor, action, thing):
            raise Forbidden
