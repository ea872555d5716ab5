"""The words of names: titles, suffixes, degrees, particles, and what people type instead of a name."""

from __future__ import annotations

_TITLES = """
mr mrs ms miss mx dr prof professor rev reverend hon judge sir dame sgt cpl pvt lt ltc col cpt capt captain maj cmdr gen
sra srta senor senora senorita sr fr father sister brother pastor rabbi imam mister missus
"""
TITLES = frozenset(_TITLES.split())
"""Honorifics before a name (USPS Publication 28, section 322 "name prefix"; Spanish: Real Academia Espanola, Ortografia 2010)."""

SUFFIXES = {
    "jr": "jr", "junior": "jr", "sr": "sr", "senior": "sr",
    "ii": "ii", "2nd": "ii", "2d": "ii", "iii": "iii", "3rd": "iii", "3d": "iii", "iv": "iv", "4th": "iv", "v": "v", "5th": "v",
}  # fmt: skip
"""Maturity titles (USPS Publication 28, section 323) in one spelling each; II is not Jr: a grandson may bear it."""

VAGUE_SUFFIXES = frozenset({"v"})
"""Suffixes that are as likely an initial when few words stand before them."""

_CREDENTIALS = """
md phd dds dvm esq jd cpa rn do pe mba lcsw dmd od edd psyd usn usmc usaf ret
"""
CREDENTIALS = frozenset(_CREDENTIALS.split())
"""Professional suffixes (USPS Publication 28, section 324): dropped, they come and go on the same person."""

_PARTICLES = """
de del della dela delos delas da das do dos di du des van von der den ter ten la las los le el al bin ibn abu ben st saint
san santa mac mc o d l zu zum vande vander vanden
"""
PARTICLES = frozenset(_PARTICLES.split())
"""Words that belong to the family name after them (nameparser's prefixes; Real Academia Espanola, Ortografia 2010)."""

GLUED = PARTICLES - {"ben"}
"""Particles written together with the next word, as half of the lists do: de la cruz, delacruz; mc donald, mcdonald."""

LINKS = frozenset({"y", "e", "i"})
"""Words between two Spanish, Portuguese or Catalan surnames, which most lists leave out."""

PLACEHOLDERS = frozenset(
    {"unknown", "n a", "n/a", "none given", "not provided", "not given", "no name", "resident", "current resident", "occupant",
     "current occupant", "our neighbor", "customer", "valued customer", "test", "test test", "asdf", "xxx", "xx", "anonymous",
     "-", "--", "?", ".", "lnu", "fnu", "unk", "no last name", "no first name", "same", "desconocido"}
)  # fmt: skip
"""Typed where a name is demanded and none is known. FNU and LNU are the State Department's "first/last name unknown"
(9 FAM 403.4). Null, None, Na, No and True are not among them: they are people's surnames."""

_ROLE_WORDS = """
estate est succession sucesion late trust trst trustee trustees ttee ttees minor deceased decd decd of for co care attn attention
aka fka nka dba nee formerly or resident occupant parent parents guardian in to by a an the and
"""
SPECIAL = (
    TITLES | frozenset(SUFFIXES) | CREDENTIALS | PARTICLES | LINKS | frozenset(_ROLE_WORDS.split())
    | frozenset(word for phrase in PLACEHOLDERS for word in phrase.split())
)  # fmt: skip
"""Words that some rule looks at: a name without any of them needs no rule, and most names have none."""
