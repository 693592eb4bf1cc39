"""Loading a call file: every fault at once with its line, or the call stands in the database."""

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from portal.calls import usecases
from portal.calls.callfile import Source, read
from portal.calls.crosschecks import Ceilings, ceilings, crosschecks
from portal.calls.definition import Definition
from portal.calls.faults import CallFaults
from portal.calls.sentences import complaints_of
from portal.calls.usecases import Loaded


def load_file(path: Path | str, limits: Ceilings | None = None) -> Loaded:
    """Store the call of a call file in the caller's transaction; raise `CallFaults`.

    The same content again changes nothing; a changed file makes a new version of the form, and
    the difference is told in words. `limits` are those of the installation
    (`crosschecks.ceilings(settings)`).
    """
    return load(read(Path(path)), limits)


def load_data(data: dict[str, Any], name: str, limits: Ceilings | None = None) -> Loaded:
    """Store a call given as plain data; `name` stands before every fault."""
    return load(Source(name, data), limits)


def load(source: Source, limits: Ceilings | None = None) -> Loaded:
    """Store the call of a source that was read; raise `CallFaults`."""
    definition = checked(source, limits)
    if faults := source.faults(usecases.conflicts(definition)):
        raise CallFaults(faults)
    return usecases.save(definition, source.data)


def checked(source: Source, limits: Ceilings | None = None) -> Definition:
    """Return the definition in `source` if it is without faults; raise `CallFaults`."""
    try:
        definition = Definition.model_validate(source.data)
    except ValidationError as error:
        raise CallFaults(source.faults(complaints_of(error, source.data))) from error
    if faults := source.faults(crosschecks(definition, limits or ceilings())):
        raise CallFaults(faults)
    return definition
