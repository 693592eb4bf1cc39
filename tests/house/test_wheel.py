"""Installed from a wheel, far from the repository, the portal finds all it needs."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# What only a wheel can lack: templates, words, static files, fonts, migrations, examples.
LOOK = """
import json, portal
from portal.cli import main
from portal.core.resources import resource_dir
codes = [main(words.split()) for words in ("db upgrade", "demo --stage open", "check")]
headers = {"Host": "127.0.0.1:8000", "Accept-Language": "de"}
page = portal.create_app().test_client().get("/integrationspreis-2027", headers=headers)
print(json.dumps({
    "places": [portal.__file__, str(resource_dir("templates")), str(resource_dir("translations"))],
    "codes": codes,
    "page": page.status_code,
    "german": "Zum Inhalt" in page.text,
}))
"""


@pytest.mark.slow
@pytest.mark.pdf
def test_a_wheel_holds_all_that_the_portal_needs(tmp_path: Path) -> None:
    python = installed(tmp_path)

    kept = {name: v for name, v in os.environ.items() if not name.startswith("PORTAL_")}

    done = subprocess.run(
        [python, "-c", LOOK], cwd=tmp_path, capture_output=True, text=True, check=False,
        env=kept | {"PORTAL_INSTANCE": str(tmp_path / "instance")},
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    *said, found = done.stdout.splitlines()
    facts = json.loads(found)
    assert [line for line in said if line.startswith("fault")] == ["fault  worker: none is at work"]
    site = python.parent.parent / "lib"
    assert all(Path(place).is_relative_to(site) for place in facts["places"])
    assert (facts["codes"], facts["page"], facts["german"]) == ([0, 0, 1], 200, True)


def installed(folder: Path) -> Path:
    """Return the Python of a new environment with the wheel; the libraries are those of ours."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    subprocess.run(
        [*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", folder, ROOT], check=True
    )
    venv.create(folder / "venv", with_pip=False)
    python = folder / "venv" / "bin" / "python"
    (wheel,) = folder.glob("portal-*.whl")
    subprocess.run(
        [*pip, "--python", python, "install", "--no-deps", "--no-index", wheel], check=True
    )
    site = next((folder / "venv" / "lib").glob("python*")) / "site-packages"
    # Behind the environment's own packages, so `portal` comes from the wheel.
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib"))
    return python
