"""What the papers promise is there: commands, settings, versions; and no address of a machine."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import portal
from portal.cli.arguments import parser
from portal.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PAPERS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
NAMES = {f"PORTAL_{name.upper()}" for name in Settings.model_fields}
# Addresses and folders of the machines on which somebody worked.
STRAY = re.compile(
    r"/(?:work|root|home/\w+|tmp)/|/opt/(?:pypi|wheels)|(?:extra-)?index-url|--find-links"
    r"|//(?:pypi|files\.pythonhosted|registry\.npmjs)\.",
)
# These speak about such folders on purpose.
ABOUT_FOLDERS = {"tests/house/test_papers.py", "tools/lock.sh", "tools/vendor.py"}


def tracked() -> list[Path]:
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


def test_the_first_heading_of_the_changelog_is_the_version() -> None:
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)

    assert headings[0] == portal.__version__


def test_every_make_target_in_the_papers_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        name for paper in PAPERS for name in re.findall(r"make ([a-z-]+)\b(?!,)", code_of(paper))
    }

    assert named - targets == set()
    assert {"run", "test"} <= named


def test_every_portal_command_in_the_papers_exists() -> None:
    unknown = []
    for paper in PAPERS:
        for line in re.findall(r"portal ([a-z][^`#\n]*)", code_of(paper, fenced_only=True)):
            try:
                parser("1").parse_args(line.split())
            except SystemExit:
                unknown.append(line)

    assert unknown == []


def code_of(paper: Path, *, fenced_only: bool = False) -> str:
    """Return what stands as code in a paper: fenced lines that begin with a command, and `…`."""
    text = paper.read_text()
    fenced = "\n".join(re.findall(r"```\w*\n(.*?)```", text, re.DOTALL))
    lines = "\n".join(
        line for line in fenced.splitlines() if re.match(r"[\w./]*(portal|make) ", line)
    )
    inline = "" if fenced_only else "\n".join(re.findall(r"`([^`\n]+)`", text))
    return f"{lines}\n{inline}"


def test_every_setting_in_the_papers_exists() -> None:
    named = {
        name for paper in PAPERS for name in re.findall(r"PORTAL_[A-Z_]+[A-Z]", paper.read_text())
    }

    assert named - NAMES == set()


def test_the_example_of_the_settings_names_all_of_them() -> None:
    example = (ROOT / "instance" / "settings.example.env").read_text()

    assert set(re.findall(r"^#?(PORTAL_[A-Z_]+)=", example, re.MULTILINE)) == NAMES


def test_no_address_of_a_machine_or_mirror_is_in_the_tree() -> None:
    stray = []
    for path in tracked():
        name = path.relative_to(ROOT).as_posix()
        if name in ABOUT_FOLDERS or "/vendor/" in name:
            continue
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        stray += [f"{name}: {found}" for found in STRAY.findall(text)]

    assert stray == []


def test_every_dependency_is_pinned_with_a_hash() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {re.split(r"[\[<>=~ ]", name)[0].lower() for name in project["dependencies"]}
    lock = (ROOT / "requirements.lock").read_text()
    pinned = dict(
        re.findall(r"^([\w.-]+)==\S+[^\n]*\\\n    (--hash=sha256:\w{64})", lock, re.MULTILINE)
    )

    assert {name.replace(".", "-") for name in wanted} - set(pinned) == set()
    assert "pillow-heif" not in pinned


def test_both_locks_hold_the_same_versions() -> None:
    def pins(name: str) -> dict[str, str]:
        return dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / name).read_text(), re.MULTILINE))

    run, dev = pins("requirements.lock"), pins("requirements-dev.lock")

    assert {name: version for name, version in run.items() if dev.get(name) != version} == {}


def test_the_diagram_of_the_workflow_is_fresh() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "docs.py", "--check"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")
