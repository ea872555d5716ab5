"""Codes that people read, type and say aloud: notice IDs and claim numbers, random, with a check character."""

from __future__ import annotations

import secrets

import numpy as np

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""31 letters and digits without 0 O, 1 I L: nothing that looks alike. 31 is prime, which the check character needs."""

LENGTH = 8
"""Random characters before the check character: 31^8 is 8.5e11, so one guess in about 850,000 hits one of a million."""

_VALUE = {letter: value for value, letter in enumerate(ALPHABET)}


def check_character(body: str) -> str:
    """Return the check character: sum of value times position modulo 31.

    With a prime modulus above the length, every single wrong character and every swap of two characters changes the sum
    (Verhoeff, Error Detecting Decimal Codes, 1969).
    """
    total = sum(position * _VALUE[letter] for position, letter in enumerate(body, start=2))
    return ALPHABET[total % len(ALPHABET)]


def new() -> str:
    """Return one new code of 9 characters, the last of which checks the others."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return body + check_character(body)


def new_many(count: int) -> list[str]:
    """Return `count` different new codes; a million take about a second."""
    found: set[str] = set()
    while len(found) < count:
        found.update(_draw(count - len(found)))
    return list(found)


def _draw(count: int) -> list[str]:
    random = np.random.Generator(np.random.PCG64(secrets.randbits(128)))
    values = random.integers(0, len(ALPHABET), size=(count, LENGTH))
    checks = (values * np.arange(2, LENGTH + 2)).sum(axis=1) % len(ALPHABET)
    letters = np.array(list(ALPHABET), dtype="U1")[np.column_stack([values, checks])]
    return ["".join(row) for row in letters.tolist()]


def tidy(given: str) -> str | None:
    """Return the code that somebody typed in upper case without blanks or dashes, or None if it cannot be one of ours."""
    code = "".join(letter for letter in given.upper() if letter.isalnum())
    if len(code) != LENGTH + 1 or any(letter not in _VALUE for letter in code):
        return None
    return code if check_character(code[:-1]) == code[-1] else None


def spaced(code: str) -> str:
    """Return a code in three groups, as it is printed: `K7M 2QX 9RT`."""
    return " ".join(code[start : start + 3] for start in range(0, len(code), 3))
