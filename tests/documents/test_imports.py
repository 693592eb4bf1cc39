"""A process loads what it needs: each library costs time at its start, and memory all the while."""

import subprocess
import sys


def loaded(modules: str, *, unwanted: str) -> str:
    """Return which of the `unwanted` modules a fresh process has after importing `modules`."""
    code = f"import sys, {modules}; print(sorted(set({unwanted.split()!r}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    return done.stdout.strip()


def test_the_web_process_and_the_worker_do_not_load_weasyprint() -> None:
    rooms = "portal.app, portal.documents.making, portal.documents.receipt"
    assert loaded(rooms, unwanted="weasyprint fontTools") == "[]"


# What only the worker needs, or only few pages.
RARE = (
    "alembic argon2 cryptography dotenv email_validator flask_mail joserfc markdown_it openpyxl"
    " pikepdf PIL psycopg pydantic_settings pyotp pypdfium2 ruamel segno smtplib"
    " sqlalchemy.dialects.postgresql webauthn xlsxwriter zxcvbn_rs_py"
)


def test_the_web_process_starts_without_what_few_pages_need() -> None:
    assert loaded("portal.app, portal.cli.serving", unwanted=RARE) == "[]"


def test_the_child_loads_neither_database_nor_flask() -> None:
    child = "portal.documents.child, portal.documents.render"
    assert loaded(child, unwanted="sqlalchemy flask portal.settings weasyprint") == "['weasyprint']"
