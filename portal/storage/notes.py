"""What cleaning took out of a file, told to the person who sent it."""

from enum import StrEnum


class Note(StrEnum):
    """Things that are gone; `portal.storage.wording` has the sentence for each."""

    FORM_FLATTENED = "form_flattened"
    SIGNATURE_REMOVED = "signature_removed"
    SCRIPTS_REMOVED = "scripts_removed"
    ATTACHMENTS_REMOVED = "attachments_removed"
    LINKS_REMOVED = "links_removed"
