"""Fetch what others made for the front end, cut it to what we use, and note its fingerprints.

    python -m tools.vendor           fetch by npm, rebuild portal/static/vendor and tests/vendor
    python -m tools.vendor --notes   write vendor.json anew from the files that are there

Needs npm; nobody who runs or tests the portal needs it. KERN is cut to the parts that our pages
use (`PARTS` in tools/kern.py): a part that is missing on a page is added there.
"""

import argparse
import hashlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from fontTools.subset import (  # type: ignore[import-untyped]
    Options,
    Subsetter,
    load_font,
    save_font,
)

from tools.kern import subset

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "portal" / "static" / "vendor"
FOR_TESTS = ROOT / "tests" / "vendor"
PACKAGES = {
    "@kern-ux/native": ("2.7.2", "EUPL-1.2"),
    "@fontsource/noto-sans-arabic": ("5.3.0", "OFL-1.1"),
    "axe-core": ("4.14.1", "MPL-2.0"),
}
RTLCSS = "rtlcss@4.3.0"

WEIGHTS = {400: "Regular", 600: "SemiBold"}
RANGES = {
    "latin": "U+0000-00FF,U+0131,U+0152-0153,U+02C6,U+02DA,U+02DC,U+2000-206F,U+20AC,U+2122,"
    "U+2190-2193,U+2212,U+FFFD",
    "latin-ext": "U+0100-0130,U+0132-0151,U+0154-024F,U+0259,U+0300-036F,U+1E00-1EFF,U+20A0-20AB,"
    "U+20AD-20CF",
    "cyrillic": "U+0400-052F,U+2116",
    "greek": "U+0370-03FF",
}
ARABIC = "U+0600-06FF,U+0750-077F,U+08A0-08FF,U+FB50-FDFF,U+FE70-FEFC"
FEATURES = ["kern", "liga", "locl", "ccmp", "mark", "mkmk", "tnum", "lnum"]
OFL_OWNER = "Digitized data copyright (c) 2012-2015, The Mozilla Foundation and Telefonica S.A."


def fetch(name: str, version: str, folder: Path) -> Path:
    """Return the unpacked package, as the registry has it; no script of it is run."""
    run = subprocess.run(
        ["npm", "pack", "--silent", f"{name}@{version}"],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    target = folder / name.replace("/", "-")
    target.mkdir()
    subprocess.run(
        ["tar", "xzf", folder / run.stdout.split()[-1], "-C", target, "--strip-components=1"],
        check=True,
    )
    return target


def font(source: Path, target: Path, ranges: str) -> None:
    """Write the letters of `ranges` as woff2."""
    options = Options()
    options.flavor = "woff2"
    options.layout_features = FEATURES
    options.hinting = False
    options.desubroutinize = True
    face = load_font(source, options)
    chosen = Subsetter(options)
    chosen.populate(unicodes=list(numbers(ranges)))
    chosen.subset(face)
    save_font(face, target, options)


def numbers(ranges: str) -> Iterable[int]:
    """Yield the code points of `U+0000-00FF,U+0131`."""
    for part in ranges.split(","):
        first, _, last = part.removeprefix("U+").partition("-")
        yield from range(int(first, 16), int(last or first, 16) + 1)


def face(family: str, weight: int, name: str, ranges: str) -> str:
    """Return the rule that tells a browser when to load a font."""
    return (
        f'@font-face{{font-family:"{family}";font-weight:{weight};font-display:swap;'
        f'src:url("../fonts/{name}") format("woff2");unicode-range:{ranges}}}'
    )


def fonts(kern: Path, noto: Path) -> str:
    """Write the fonts and return their rules."""
    folder = VENDOR / "fonts"
    folder.mkdir(parents=True)
    rules = []
    for weight, style in WEIGHTS.items():
        for part, ranges in RANGES.items():
            name = f"fira-sans-{weight}-{part}.woff2"
            font(kern / f"dist/fonts/fira-sans/FiraSans-{style}.woff2", folder / name, ranges)
            rules.append(face("Fira Sans", weight, name, ranges))
        name = f"noto-sans-arabic-{weight}.woff2"
        shutil.copy(noto / f"files/noto-sans-arabic-arabic-{weight}-normal.woff2", folder / name)
        rules.append(face("Noto Sans Arabic", weight, name, ARABIC))
    licence = (noto / "LICENSE").read_text("utf-8")
    (folder / "OFL-noto-sans-arabic.txt").write_text(licence, "utf-8")
    fira = f"{OFL_OWNER}\n{licence.split(chr(10), 1)[1]}"
    (folder / "OFL-fira-sans.txt").write_text(fira, "utf-8")
    return "".join(rules)


def style(kern: Path, rules: str, folder: Path) -> None:
    """Write KERN with the fonts in front, for both directions of writing."""
    target = VENDOR / "kern"
    target.mkdir(parents=True)
    shutil.copy(kern / "LICENSE.md", target / "LICENSE.md")
    css = subset((kern / "dist/kern.min.css").read_text("utf-8"))
    (target / "kern.css").write_text(f'@charset "UTF-8";{rules}{css}', "utf-8")
    turned = folder / "rtl.css"
    subprocess.run(["npx", "--yes", RTLCSS, target / "kern.css", turned], cwd=folder, check=True)
    shutil.copy(turned, target / "kern.rtl.css")


def axe(package: Path) -> None:
    """Copy the accessibility checker, which only tests use."""
    FOR_TESTS.mkdir(parents=True, exist_ok=True)
    for name in ("axe.min.js", "LICENSE"):
        shutil.copy(package / name, FOR_TESTS / name.replace("LICENSE", "axe-LICENSE.txt"))


def notes(folder: Path) -> None:
    """Write name, version, licence and the fingerprint of each file into vendor.json."""
    files = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "vendor.json"
    }
    used = [name for name in PACKAGES if (name == "axe-core") == (folder == FOR_TESTS)]
    content = {
        "packages": [
            {"name": name, "version": PACKAGES[name][0], "licence": PACKAGES[name][1]}
            for name in used
        ],
        "changes": ""
        if folder == FOR_TESTS
        else (
            "KERN is cut to the parts listed in tools/kern.py, with the rules of the fonts in "
            "front; kern.rtl.css is kern.css turned by rtlcss 4.3.0; Fira Sans comes from KERN's "
            "package and is divided by script, without hints. All of it is made by tools/vendor.py."
        ),
        "sha256": files,
    }
    (folder / "vendor.json").write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def build() -> None:
    """Fetch everything and rebuild both folders."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        got = {package: fetch(package, PACKAGES[package][0], folder) for package in PACKAGES}
        shutil.rmtree(VENDOR, ignore_errors=True)
        rules = fonts(got["@kern-ux/native"], got["@fontsource/noto-sans-arabic"])
        style(got["@kern-ux/native"], rules, folder)
        axe(got["axe-core"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--notes", action="store_true", help="only write vendor.json")
    if not parser.parse_args().notes:
        build()
    notes(VENDOR)
    notes(FOR_TESTS)
