"""Which given names are short for which: the table of the `nicknames` library, and Spanish pet names that it lacks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import combinations

import numpy as np
from nicknames import NickNamer
from numpy.typing import NDArray

SPANISH = {
    "alejandro": "alex ale jandro", "alejandra": "alex ale jandra", "alfonso": "poncho alfon", "alberto": "beto berto",
    "antonio": "tono tony toni", "beatriz": "bea betty", "carlos": "charlie carlitos", "carmen": "carmela menchu",
    "concepcion": "concha conchita", "consuelo": "chelo", "cristina": "cris tina", "dolores": "lola loli",
    "eduardo": "lalo edu", "enrique": "quique kike", "ernesto": "neto", "esperanza": "lancha espe",
    "federico": "fede kiko", "fernando": "nando fer", "francisco": "paco pancho frank cisco kiko",
    "francisca": "paca pancha panchita", "gabriela": "gaby gabi", "gerardo": "lalo gera", "gregorio": "goyo",
    "graciela": "chela", "guadalupe": "lupe lupita pita", "guillermo": "memo guille willie", "gustavo": "gus tavo",
    "ignacio": "nacho", "isabel": "chabela isa", "javier": "javi", "jesus": "chuy chucho", "joaquin": "quin",
    "jorge": "coque george", "jose": "pepe joe che chepe", "josefina": "pepa fina", "juan": "juanito john",
    "juana": "juanita", "leticia": "lety leti", "luis": "lucho louis", "lorenzo": "lencho", "manuel": "manolo manny manu",
    "manuela": "manola", "margarita": "mago rita margo", "maria": "mari mary marie maruja", "mercedes": "meche merche",
    "miguel": "mike migue", "patricia": "paty pati", "pedro": "perico pete", "pilar": "piluca", "rafael": "rafa ralph",
    "ramon": "moncho", "raul": "rulo", "ricardo": "rick ricky richie cardo", "roberto": "beto bob berto robert",
    "rodolfo": "rudy fito", "rosario": "charo chayo", "salvador": "chava", "santiago": "santi chago", "sergio": "checo",
    "sofia": "sofi", "teresa": "tere", "vicente": "chente vince", "victoria": "vicky tori",
}  # fmt: skip
"""Hipocoristicos of the Spanish-speaking Americas (Real Academia Espanola, Ortografia 2010; Boyd-Bowman, "Como obra la
fonetica infantil en la formacion de los hipocoristicos", 1955), and the English names that their bearers use in the US."""

SPELLINGS = """
alan allan allen; amy aimee; ann anne; arthur arturo; brian bryan bryon; carl karl; carolyn carolynn carolin; catherine
katherine kathryn katharine cathryn kathrine catharine katheryn; cheryl sheryl; christina kristina cristina; christine
kristine cristine; christopher kristopher; craig kraig; cynthia cinthia; deborah debra debora; denis dennis; dianne diane;
elisabeth elizabeth elisabet; eric erik erick; frederick fredrick frederic; geoffrey jeffrey jeffery; gerald jerald; gillian
jillian; gregory greggory; hannah hanna; isabel isabelle isobel isabella ysabel; jaclyn jacqueline jacquelyn; jaime jamie;
jonathan johnathan jonathon; john jon; joseph josef; juliann julianne; kaitlyn caitlin katelyn kaitlin caitlyn; kristen
kristin kirsten cristen; laura lora; laurie lori lorie; lawrence laurence; leslie lesley; lewis louis luis; lynn lynne;
madeline madeleine madelyn; marc mark; margaret margret margarett; maryann maryanne; matthew mathew; megan meghan meagan;
michael micheal; michelle michele; mohammed mohamed muhammad mohammad; natalie nathalie; nicholas nicolas nickolas; nicole
nichole; philip phillip; phyllis phillis; rachel rachael; rebecca rebekah; reginald reggie; roxanne roxann; russell russel;
sara sarah; sean shawn shaun; shari sherry sherri cheri; sofia sophia sofie sophie; stefan stephan stephen steven stefen;
stephanie stefanie; susanna suzanna susannah; suzanne susanne; terry terri teri; teresa theresa therese; tracy tracey traci;
vivian vivien; wendy wendi; yvonne ivonne; zachary zackary zachery
"""
"""Spellings of one given name that are too far apart for a slip (Social Security Administration, Popular Baby Names, counts each
apart): taken down by ear, they come and go on one person."""


def formal(name: str) -> frozenset[str]:
    """Return the full names for which a folded given name is short, itself included: bob -> {bob, robert}."""
    return _formal().get(name, frozenset({name}))


def related(left: str, right: str) -> bool:
    """Say whether two folded given names can be one person's: one is short for the other or both for the same name."""
    return not formal(left).isdisjoint(formal(right))


def pairs(names: Sequence[str]) -> NDArray[np.int32]:
    """Return the related pairs among distinct folded names as an (n, 2) array of positions, the smaller position first."""
    bearers: dict[str, list[int]] = {}
    for position, name in enumerate(names):
        for full in _formal().get(name, ()):
            bearers.setdefault(full, []).append(position)
    found = sorted({pair for positions in bearers.values() for pair in combinations(positions, 2)})
    return np.array(found, np.int32).reshape(-1, 2)


def are_two_names(left: str, right: str) -> bool:
    """Say whether two words are given names that no one person bears: jason and jaden, daniel and danielle, not slips.

    Both stand in the table and neither is short for the other. At one house such a pair is rather brothers or twins.
    """
    return left != right and is_given_name(left) and is_given_name(right) and not related(left, right)


def is_given_name(word: str) -> bool:
    """Say whether a folded word stands in the table of given names, full or short."""
    return word in _formal()


@cache
def _formal() -> dict[str, frozenset[str]]:
    table = {short: set(full) for short, full in NickNamer().canonical_lookup.items()}
    for full, shorts in SPANISH.items():
        for short in shorts.split():
            table.setdefault(short, set()).add(full)
    for group in SPELLINGS.split(";"):
        first, *others = group.split()
        for spelling in (first, *others):
            table.setdefault(spelling, set()).add(first)
    for full in {name for names in table.values() for name in names}:
        table.setdefault(full, set())
    return {name: frozenset(names | {name}) for name, names in table.items()}
