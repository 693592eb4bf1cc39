"""Pages packed out of pieces: any reader of gzip gets the text, whatever fills the gaps."""

import gzip

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from portal.web import kept, packing


@given(st.lists(st.tuples(st.binary(max_size=3000), st.binary(max_size=200)), max_size=6))
def test_pieces_and_blocks_in_any_row_are_one_packed_file(parts: list[tuple[bytes, bytes]]) -> None:
    blocks = [block for text, new in parts for block in (packing.piece(text), packing.plain(new))]
    whole = b"".join(text + new for text, new in parts)
    assert gzip.decompress(packing.row(blocks, whole)) == whole


def test_the_longest_block_fits() -> None:
    text = bytes(packing.LONGEST)
    assert gzip.decompress(packing.row([packing.plain(text)], text)) == text


@pytest.mark.parametrize("name", ["Ada", "Åsa & Söhne <b>"])
def test_a_kept_page_goes_out_packed_as_it_is_written(bare_app: Flask, name: str) -> None:
    pages = kept.Pages(most=5, seconds=60, packs=True)
    text = f"<p>Grüße an {kept.gap('name')}</p>" + "<p>und alle anderen</p>" * 200

    with bare_app.test_request_context():
        answer = pages.answer("greeting", lambda: text, name=name)
        again = pages.answer("greeting", lambda: "another page", name="Bo")

    assert answer.packed
    assert gzip.decompress(answer.packed(answer.get_data())) == answer.get_data()
    assert again.get_data(as_text=True).startswith("<p>Grüße an Bo</p>")
