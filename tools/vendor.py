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
# The first has the letters of Arabic, Persian, Sorani and Urdu whole, since letters of one word
# have to come from one file to join well.
ARABIC = {
    "arabic": "U+060C,U+061B,U+061F,U+0621-063A,U+0640-0652,U+0660-066C,U+0670-0671,U+0679,U+067E,"
    "U+0686,U+0688,U+0691,U+0695,U+0698,U+06A9,U+06AF,U+06B5,U+06BA,U+06BE,U+06C1,U+06C6,U+06CC,"
    "U+06CE,U+06D2,U+06D5,U+06F0-06F9",
    "arabic-ext": "U+0600-060B,U+060D-061A,U+061C-061E,U+0620,U+063B-063F,U+0653-065F,U+066D-066F,"
    "U+0672-0678,U+067A-067D,U+067F-0685,U+0687,U+0689-0690,U+0692-0694,U+0696-0697,U+0699-06A8,"
    "U+06AA-06AE,U+06B0-06B4,U+06B6-06B9,U+06BB-06BD,U+06BF-06C0,U+06C2-06C5,U+06C7-06CB,U+06CD,"
    "U+06CF-06D1,U+06D3-06D4,U+06D6-06EF,U+06FA-06FF,U+0750-077F",
}
FEATURES = ["kern", "liga", "locl", "ccmp", "mark", "mkmk", "tnum", "lnum"]
JOINING = ["init", "medi", "fina", "isol", "rlig", "calt"]
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
    options.layout_features = FEATURES + JOINING
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
        for part, ranges in ARABIC.items():
            name = f"noto-sans-{part}-{weight}.woff2"
            source = noto / f"files/noto-sans-arabic-arabic-{weight}-normal.woff2"
            font(source, folder / name, ranges)
            rules.append(face("Noto Sans Arabic", weight, name, ranges))
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
            "package; fonts are divided by script, without hints. tools/vendor.py makes it all."
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
