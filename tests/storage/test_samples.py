"""The example files are what they say and pass the same checks as everybody's."""

import io
from pathlib import Path

import pytest

from portal import storage
from portal.demo.sample import SampleFile, applications, files
from portal.demo.samples import make
from portal.settings import Settings

ALL = [file for sample in applications() for file in files(sample)]


@pytest.mark.parametrize("file", ALL, ids=[file.filename for file in ALL])
def test_every_example_file_is_taken_and_cleaned(file: SampleFile, tmp_path: Path) -> None:
    data = make(file)
    assert len(data) == file.size
    allowed = ("jpeg", "png", "webp") if file.key == "photos" else ("pdf",)
    kind = storage.look(io.BytesIO(data), file.filename, allowed=allowed, max_pixels=60_000_000)
    assert kind.media_type == file.mime
    storage.use(Settings(instance=tmp_path))
    key = storage.new_key()
    storage.store().put(key, io.BytesIO(data), limit=file.size)
    made = storage.clean(key, kind.name, max_pages=500, max_pixels=60_000_000)
    kept = storage.store().path(made.key).read_bytes()
    assert made.notes == ()
    if file.key == "photos":
        assert (made.width or 0) > (made.height or 0)
        assert b"Beispielkamera" in data
        assert b"Beispielkamera" not in kept
        assert len(kept) < 1_500_000
    else:
        assert made.pages == 2


def test_the_same_file_has_the_same_bytes() -> None:
    for file in (ALL[0], ALL[1], ALL[2]):
        first = make(file)
        make.cache_clear()
        assert make(file) == first


def test_different_files_have_different_bytes() -> None:
    photos = [file for file in ALL if file.mime == "image/jpeg"][:4]
    assert len({make(file) for file in photos}) == 4


@pytest.mark.parametrize("size", [1_999, 2_000, 66_000, 131_071, 131_072, 131_075, 300_001])
def test_an_example_can_have_any_size(size: int) -> None:
    pdf = ALL[2]._replace(size=size + 2_000)
    assert len(make(pdf)) == size + 2_000
    photo = ALL[0]._replace(size=size + 1_500_000)
    assert len(make(photo)) == size + 1_500_000


def test_what_cannot_be_made_is_said() -> None:
    with pytest.raises(ValueError, match="no example of"):
        make(ALL[0]._replace(mime="image/gif"))
    with pytest.raises(ValueError, match="cannot be made 100 bytes"):
        make(ALL[0]._replace(size=100))
