"""Templates hold named fields and conditions, nothing that could reach code; every fault has its line."""

from __future__ import annotations

import pytest

from casefile.errors import TemplateFaults
from notices.render import render
from notices.templates import Part, build_kind, parse

SOUND = {"subject.txt": "{{ short_name }}", "preheader.txt": "{{ court }}", "body.txt": "a", "body.html": "<p>a</p>"}


def kind(**files: str):
    sources = {f"en/{name}": files.get(name.replace(".", "_"), text) for name, text in SOUND.items()}
    return build_kind(
        kind="x", sources=sources, languages=("en",), sender_name="A", sender_address="a@b.example", reply_to="a@b.example",
        unsubscribable=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a\n{{ nobody }}", 2, "no field 'nobody'"),
        ("{{ court.__class__ }}", 1, "only the name of a field"),
        ("{{ court|upper }}", 1, "only the name of a field"),
        ("\n\n{{ court() }}", 3, "only the name of a field"),
        ("{{ 7 * 7 }}", 1, "only the name of a field"),
        ("{{ '' }}", 1, "only the name of a field"),
        ("{% for a in court %}{% endfor %}", 1, "for is not allowed"),
        ("{% set x = 1 %}", 1, "assign is not allowed"),
        ("{% include 'x' %}", 1, "include is not allowed"),
        ("{% macro m() %}{% endmacro %}", 1, "macro is not allowed"),
        ("{% if court == 'x' %}{% endif %}", 1, "may only name a field"),
        ("{% if a.b %}{% endif %}", 1, "may only name a field"),
        ("a\n{% if court %}", 2, "cannot be read"),
        ("{{ court", 1, "cannot be read"),
        ("{# begin x #}", 1, "never ends"),
        ("\n{# end x #}", 2, "never began"),
    ],
)
def test_what_is_not_allowed(text, line, said):
    faults = []
    parse(text, file="en/body.txt", part=Part.TEXT, faults=faults)
    assert [(fault.file, fault.line) for fault in faults] == [("en/body.txt", line)]
    assert said in faults[0].text


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ('<a href="{{ full_name }}">x</a>', "not a web address"),
        ('<a href="https://x.example/{{ claim_url }}">x</a>', "must be the whole value"),
        ('<a href="javascript:{{ claim_url }}">x</a>', "must be the whole value"),
        ('<p onclick="x">x</p>', "onclick is not allowed"),
        ('<p style="{{ court }}">x</p>', "cannot stand in the attribute style"),
        ("<script>x</script>", "<script> has no place"),
        ("<style>{{ court }}</style>", "inside <style>"),
        ("<!-- {{ court }} -->", "HTML comment"),
        ("<iframe></iframe>", "<iframe> has no place"),
        ("<form></form>", "<form> has no place"),
    ],
)
def test_where_a_field_must_not_stand(page, said):
    faults = []
    parse(page, file="en/body.html", part=Part.HTML, faults=faults)
    assert said in faults[0].text


def test_all_faults_are_listed_at_once():
    with pytest.raises(TemplateFaults) as caught:
        kind(subject_txt="{{ a }}", preheader_txt="{{ full_name }}", body_txt="x\n{{ b }}")
    said = str(caught.value)
    for part in (
        "en/subject.txt:1: there is no field 'a'",
        "en/preheader.txt:1: the preheader",
        "en/body.txt:2: there is no field 'b'",
    ):
        assert part in said


def test_a_field_without_a_value_names_its_line():
    found = kind(body_txt="a\nb {{ pin }}")
    with pytest.raises(TemplateFaults, match=r"en/body.txt:2: there is no value for pin"):
        render(found.version("en"), {"short_name": "x", "court": "y"})


@pytest.mark.parametrize(
    ("values", "text"), [({"shop_name": "S"}, "S"), ({"shop_name": "", "first_name": "F"}, "F"), ({}, "none")]
)
def test_conditions(values, text):
    found = kind(body_txt="{% if shop_name %}{{ shop_name }}{% elif first_name %}{{ first_name }}{% else %}none{% endif %}")
    whole = {"short_name": "x", "court": "y", "shop_name": "", "first_name": ""} | values
    assert render(found.version("en"), whole).text == text
