"""The words in which evidence is given, in English and Spanish: one phrase per field and level."""

from __future__ import annotations

LANGUAGES = ("en", "es")

FIELDS = {
    "given": ("given name", "nombre"),
    "family": ("family name", "apellido"),
    "full_name": ("full name", "nombre completo"),
    "middle": ("middle name", "segundo nombre"),
    "suffix": ("suffix", "sufijo"),
    "birth_date": ("birth date", "fecha de nacimiento"),
    "email": ("e-mail", "correo electrónico"),
    "phone": ("phone", "teléfono"),
    "address": ("address", "domicilio"),
    "household": ("household", "hogar"),
    "other_records": ("other records", "otros registros"),
    "prior": ("before looking", "antes de mirar"),
}

PHRASES: dict[tuple[str, str], tuple[str, str]] = {
    ("given", "exact"): ("same given name", "mismo nombre"),
    ("given", "nickname"): ("one given name is short for the other", "un nombre es diminutivo del otro"),
    ("given", "two_names"): ("given names alike, but two names", "nombres parecidos, pero distintos"),
    ("given", "near"): ("given names spelled nearly alike", "nombres escritos casi igual"),
    ("given", "similar"): ("given names somewhat alike", "nombres algo parecidos"),
    ("given", "different"): ("different given names", "nombres distintos"),
    ("given", "swapped"): ("given and family name exchanged", "nombre y apellido intercambiados"),
    ("given", "half_swapped"): ("one's given name is the other's family name", "el nombre de uno es el apellido del otro"),
    ("given", "initial"): ("given name agrees with an initial", "el nombre coincide con una inicial"),
    ("given", "initial_differs"): ("given name disagrees with an initial", "el nombre no coincide con la inicial"),
    ("family", "exact"): ("same family name", "mismo apellido"),
    ("family", "part"): ("family names share a part", "los apellidos comparten una parte"),
    ("family", "near"): ("family names spelled nearly alike", "apellidos escritos casi igual"),
    ("family", "similar"): ("family names somewhat alike", "apellidos algo parecidos"),
    ("family", "different"): ("different family names", "apellidos distintos"),
    ("family", "swapped"): ("given and family name exchanged", "nombre y apellido intercambiados"),
    ("family", "half_swapped"): ("one's given name is the other's family name", "el nombre de uno es el apellido del otro"),
    ("middle", "exact"): ("same middle name", "mismo segundo nombre"),
    ("middle", "near"): ("middle names spelled nearly alike", "segundos nombres escritos casi igual"),
    ("middle", "different"): ("different middle names", "segundos nombres distintos"),
    ("middle", "initial"): ("middle name agrees with an initial", "el segundo nombre coincide con una inicial"),
    ("middle", "initial_differs"): ("middle initial differs", "la inicial del segundo nombre no coincide"),
    ("suffix", "exact"): ("same suffix", "mismo sufijo"),
    ("suffix", "different"): ("different suffixes", "sufijos distintos"),
    ("suffix", "neither"): ("no suffix on either side", "sin sufijo en ninguno"),
    ("suffix", "one_side"): ("suffix on one side only", "sufijo en un solo registro"),
    ("birth_date", "exact"): ("same birth date", "misma fecha de nacimiento"),
    ("birth_date", "one_digit"): ("birth dates one slip apart", "fechas de nacimiento con un solo error"),
    ("birth_date", "two_digits"): ("birth dates two digits apart", "fechas de nacimiento con dos dígitos distintos"),
    ("birth_date", "two_parts"): ("two of three parts of the birth date agree", "coinciden dos de tres partes de la fecha"),
    ("birth_date", "year"): ("only the birth year agrees", "solo coincide el año de nacimiento"),
    ("birth_date", "different"): ("different birth dates", "fechas de nacimiento distintas"),
    ("birth_date", "partly_agrees"): ("birth dates agree as far as given", "las fechas coinciden en lo indicado"),
    ("birth_date", "partly_differs"): ("birth dates differ as far as given", "las fechas difieren en lo indicado"),
    ("email", "exact"): ("same e-mail", "mismo correo electrónico"),
    ("email", "local"): ("same mailbox name at another provider", "mismo usuario en otro proveedor"),
    ("email", "near"): ("mailbox names nearly alike", "usuarios de correo casi iguales"),
    ("email", "made_from_name"): (
        "similar e-mails, as made from the same name: no further evidence",
        "correos parecidos, formados con el mismo nombre: no añade prueba",
    ),
    ("email", "different"): ("different e-mails", "correos electrónicos distintos"),
    ("phone", "exact"): ("same phone", "mismo teléfono"),
    ("phone", "one_digit"): ("phones one digit apart", "teléfonos con un dígito distinto"),
    ("phone", "different"): ("different phones", "teléfonos distintos"),
    ("address", "exact"): ("same address", "mismo domicilio"),
    ("address", "unit_one_side"): ("same house, unit on one side only", "misma casa, departamento en un solo registro"),
    ("address", "other_unit"): ("same house, other unit", "misma casa, otro departamento"),
    ("address", "similar_street"): ("same place, street nearly alike", "mismo lugar, calle casi igual"),
    ("address", "postcode"): ("other street in the same postal code", "otra calle del mismo código postal"),
    ("address", "city"): ("other street in the same city", "otra calle de la misma ciudad"),
    ("address", "area"): ("other street in the same area", "otra calle de la misma zona"),
    ("address", "elsewhere"): ("addresses far apart", "domicilios alejados"),
    ("address", "postcode_only"): ("same postal code", "mismo código postal"),
    ("address", "city_only"): ("same city, other postal code", "misma ciudad, otro código postal"),
    ("address", "area_only"): ("same postal area", "misma zona postal"),
    ("address", "far_postcode"): ("postal codes far apart", "códigos postales alejados"),
    ("address", "same_city"): ("same city", "misma ciudad"),
    ("address", "near_city"): ("cities spelled nearly alike", "ciudades escritas casi igual"),
    ("address", "region_only"): ("other city in the same state", "otra ciudad del mismo estado"),
    ("address", "far_city"): ("different cities", "ciudades distintas"),
    ("address", "same_region"): ("same state", "mismo estado"),
    ("address", "other_region"): ("different states", "estados distintos"),
    ("other", "exact"): ("same value", "mismo valor"),
    ("other", "near"): ("values nearly alike", "valores casi iguales"),
    ("other", "similar"): ("values somewhat alike", "valores algo parecidos"),
    ("other", "different"): ("different values", "valores distintos"),
}

RARITY = ("1 person in {count} has it", "1 de cada {count} personas lo tiene")
FULL_NAME = (
    "the full name is {direction} than its parts suggest: 1 person in {count} has it",
    "el nombre completo es {direction} de lo que sugieren sus partes: 1 de cada {count} personas lo lleva",
)
DIRECTION_OF = {False: ("commoner", "más común"), True: ("rarer", "más raro")}
HOUSEHOLD = (
    "two people of one household could agree in this way",
    "dos personas de un mismo hogar podrían coincidir así",
)
OTHER_RECORDS = (
    "other records that match one of the two speak for or against the pair",
    "otros registros que coinciden con uno de los dos hablan a favor o en contra",
)
EXCHANGED = (
    "given and family name are exchanged as a whole: 1 person in {count} has the name",
    "nombre y apellido están intercambiados por completo: 1 de cada {count} personas lleva ese nombre",
)
SUM = (
    "{prior} bits before looking, {fields} from the fields and other records, {household} for the household: {weight} bits, "
    "a probability of {probability} that this is one person.",
    "{prior} bits antes de mirar, {fields} de los campos y otros registros, {household} por el hogar: {weight} bits, "
    "una probabilidad de {probability} de que sea una sola persona.",
)
CONTRADICTIONS = {
    "suffix": ("different generation suffixes", "sufijos generacionales distintos"),
    "birth_date": ("different birth dates", "fechas de nacimiento distintas"),
    "middle": ("different middle names", "segundos nombres distintos"),
    "given": ("different given names at one household", "nombres distintos en un mismo hogar"),
    "family": ("different family names", "apellidos distintos"),
}


def said(texts: tuple[str, str], language: str) -> str:
    """Return the text in a language."""
    return texts[LANGUAGES.index(language)]
