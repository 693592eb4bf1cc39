"""`portal user …`: let the first people in, and help somebody who lost the second factor."""

import argparse

from portal.accounts import queries, usecases
from portal.accounts.links import address_of
from portal.accounts.models import User
from portal.calls import memberships
from portal.calls.queries import call_by_slug
from portal.cli import Stopped
from portal.cli.opening import opened
from portal.core.actor import System
from portal.core.db import transaction
from portal.core.errors import DomainError, NotFound
from portal.core.i18n import in_language
from portal.settings import load

TERMINAL = System("command_line")


def add(given: argparse.Namespace) -> None:
    """Invite a person; print the link for one use, which goes out by mail as well."""
    _refuse_half(given)
    with opened(load()).app_context(), in_language("en"):
        try:
            with transaction():
                print(_invited(given))
        except DomainError as error:
            raise Stopped(error.message) from error


def _refuse_half(given: argparse.Namespace) -> None:
    if bool(given.call) != bool(given.role):
        raise Stopped("A role belongs to a call: give both --call SLUG and --role ROLE.")
    if given.function and given.role != "juror":
        raise Stopped("Only jurors have a function: give --role juror as well.")


def _invited(given: argparse.Namespace) -> str:
    user = usecases.get_or_add(given.email, by=TERMINAL)
    if given.admin:
        usecases.set_admin(user, admin=True, by=TERMINAL)
    if given.call:
        _give_role(user, given)
    invitation = usecases.invite(user, by=TERMINAL)
    if invitation is None:
        return f"{user.email} can sign in already."
    return f"The invitation for {user.email} works once:\n{address_of(invitation)}"


def _give_role(user: User, given: argparse.Namespace) -> None:
    try:
        call = call_by_slug(given.call)
    except NotFound as error:
        raise Stopped(
            f"There is no call {given.call}. Load it first: portal call load FILE"
        ) from error
    function = memberships.Function(given.function) if given.function else None
    memberships.give(user, call, memberships.Role(given.role), by=TERMINAL, function=function)


def reset_factor(given: argparse.Namespace) -> None:
    """Take the second factor away; print the link by which a new one is set up."""
    with opened(load()).app_context(), in_language("en"):
        user = queries.by_email(given.email)
        if user is None:
            raise Stopped(f"There is no account for {given.email}.")
        try:
            with transaction():
                invitation = usecases.reset_factor(user, by=TERMINAL)
                print(f"The second factor is gone. This link works once:\n{address_of(invitation)}")
        except DomainError as error:
            raise Stopped(error.message) from error
