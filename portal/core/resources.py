"""Where templates, translations and other files that are no code stand."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent


def resource_dir(name: str) -> Path:
    """Return the folder `name`: inside the package when installed, else at the repository's top.

    A wheel carries the folders inside the package; an editable install leaves them where they are.
    """
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name
