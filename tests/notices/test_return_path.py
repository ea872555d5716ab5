"""Return paths and unsubscribe tokens are read back, and forged ones are not."""

from __future__ import annotations

import uuid

from hypothesis import given
from hypothesis import strategies as st

from notices import return_path

KEY = b"k" * 32


@given(notice_id=st.uuids(), attempt=st.integers(1, 99))
def test_read_back(notice_id, attempt):
    address = return_path.make(KEY, notice_id=notice_id, attempt=attempt, domain="bounce.example")
    assert len(address.partition("@")[0]) <= 64
    assert return_path.read(KEY, address) == return_path.Returned(notice_id, attempt)
    assert return_path.read(KEY, f"<{address.upper()}>") == return_path.Returned(notice_id, attempt)
    assert return_path.read(b"x" * 32, address) is None


@given(st.text(max_size=80))
def test_anything_else_is_none(address):
    assert return_path.read(KEY, address) is None
    assert return_path.read_unsubscribe_token(KEY, address) is None


def test_a_changed_character_is_found():
    notice_id = uuid.uuid4()
    address = return_path.make(KEY, notice_id=notice_id, attempt=1, domain="bounce.example")
    token = return_path.unsubscribe_token(KEY, notice_id=notice_id)
    assert return_path.read_unsubscribe_token(KEY, token) == notice_id
    for place in range(2, len(address.partition("@")[0])):
        other = "0" if address[place] != "0" else "1"
        assert return_path.read(KEY, address[:place] + other + address[place + 1 :]) is None
    for place in range(len(token)):
        other = "0" if token[place] != "0" else "1"
        assert return_path.read_unsubscribe_token(KEY, token[:place] + other + token[place + 1 :]) is None
