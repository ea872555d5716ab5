"""Each question of the checker finds what it is for, and the demonstration case's own notices pass."""

from __future__ import annotations

import pytest

from notices.campaign import content_of, template_of_content
from notices.checker import looks, passages, reading
from notices.checker.findings import Level
from notices.checker.rules import check

SITE = "https://cartmanager-settlement.example/cartmanager"


@pytest.fixture
def changed(kinds, demo_case):
    """Return the findings of a kind after a change of one of its texts or of its sender."""

    def findings(kind: str, file: str = "", old: str = "", new: str = "", **about: object):
        content = content_of(kinds[kind], demo_case, site_url=SITE) | about
        sources = dict(content["sources"])
        if file:
            assert old in sources[file]
            sources[file] = sources[file].replace(old, new)
        return check(template_of_content(content | {"sources": sources}), demo_case, site_url=SITE)

    return findings


def test_the_demonstration_case_passes(kinds, demo_case):
    assert {kind: check(template, demo_case, site_url=SITE) for kind, template in kinds.items()} == {kind: [] for kind in kinds}


@pytest.mark.parametrize("name", passages.CLASS_NOTICE)
@pytest.mark.parametrize("file", ["en/body.txt", "es/body.html"])
def test_every_element_of_rule_23_is_asked_for(changed, name, file):
    found = changed("class_notice", file, f" {name} #}}", f" other-{name} #}}")
    said = [finding for finding in found if finding.rule == "passage" and finding.file == file]
    assert len(said) == 1
    assert f"no passage marked {name}" in said[0].text
    assert said[0].level is Level.ERROR


EMPTY = ("preheader", "is empty")


@pytest.mark.parametrize(
    ("file", "old", "new", "rule", "part"),
    [
        ("en/subject.txt", "{{ short_name }}: notice", "Legal Notice", "subject", "does not name the case"),
        ("en/subject.txt", "settlement", "settlement of $500", "subject", "amount of money"),
        ("en/body.txt", "{{ exclusion_deadline }}.", "March 9, 2027.", "dates", "March 9, 2027 is not a date"),
        ("es/body.txt", "{{ exclusion_deadline }}.", "9 de marzo de 2027.", "dates", "9 de marzo de 2027 is not a date"),
        ("en/body.html", "{{ hearing_date }}", "a day", "dates", "hearing_date"),
        ("en/body.txt", "you get no money", "you get much money", "text and page", "much"),
        ("en/body.html", '<a href="{{ documents_url }}">', '<a href="https://evil.example/x">', "links", "evil.example"),
        ("en/body.html", '<html lang="en">', "<html>", "language", "lang"),
        ("en/body.html", "color: #1b1b1b", "color: #aaaaaa", "contrast", "contrast of"),
        ("en/body.html", "</h1>", '</h1><img src="data:,">', "alternative text", "no alt"),
        ("en/body.html", "</h1>", '</h1><img alt="" src="https://x.example/a.png">', "pictures", "loaded from outside"),
        ("en/body.html", "{{ unsubscribe_url }}", "{{ site_url }}", "unsubscribe", "must print unsubscribe_url"),
        ("es/body.txt", "{{ objection_url }}", "{{ site_url }}", "same in all languages", "objection_url"),
        ("en/preheader.txt", "A court authorized this notice. You may file a claim until {{ claim_deadline }}.", "", *EMPTY),
    ],
)  # fmt: skip
def test_what_is_wrong_is_found(changed, file, old, new, rule, part):
    found = [finding for finding in changed("class_notice", file, old, new) if finding.rule == rule]
    assert found
    assert part in found[0].text
    assert found[0].source


def test_the_sender_is_on_the_sites_domain(changed):
    assert [finding.rule for finding in changed("reminder", sender_address="x@gmail.example")] == ["sender"]
    assert [finding.rule for finding in changed("reminder", reply_to="nobody")] == ["sender"]
    assert changed("reminder", sender_address="x@mail.cartmanager-settlement.example") == []


def test_a_kind_that_cannot_be_unsubscribed_prints_no_such_link(changed):
    found = changed("reminder", unsubscribable=False)
    assert {finding.rule for finding in found} == {"unsubscribe"}


def test_a_message_that_gmail_would_cut_is_an_error(changed):
    padding = "<p>" + "word " * 25_000 + "</p></body>"
    assert "size" in {finding.rule for finding in changed("class_notice", "en/body.html", "</body>", padding)}


def test_hard_words_are_a_warning(changed):
    hard = "Notwithstanding aforementioned considerations, jurisdictional prerequisites necessitate documentation. "
    found = changed("class_notice", "en/body.txt", "You may also come to court", hard * 60 + "You may also come to court")
    assert Level.WARNING in {finding.level for finding in found if finding.rule == "reading grade"}


def test_a_line_is_named(changed):
    found = [
        finding for finding in changed("class_notice", "en/body.html", "</h1>", "</h1>\n<p>March 9, 2027</p>") if finding.line
    ]
    assert {finding.rule for finding in found} == {"dates"}


@pytest.mark.parametrize(
    ("word", "count"),
    [("cat", 1), ("table", 2), ("settlement", 3), ("excluded", 3), ("court", 1), ("judge", 1), ("money", 2), ("a", 1)],
)
def test_syllables(word, count):
    assert reading.syllables(word) == count


def test_grades_rise_with_harder_words():
    easy = "The dog ran to the red barn. " * 8
    hard = (
        "Administrative jurisdictional considerations necessitate comprehensive documentation of extraordinary circumstances. "
        * 8
    )
    assert reading.grade(easy, "en") < 3
    assert reading.grade(hard, "en") > 16
    assert reading.grade("El perro va a la casa. " * 8, "es") < reading.grade(
        "Consideraciones jurisdiccionales extraordinarias. " * 20, "es"
    )
    assert reading.grade("too short", "en") is None


@pytest.mark.parametrize(
    ("one", "other", "ratio"), [("#000000", "#ffffff", 21.0), ("#777777", "#ffffff", 4.48), ("#ffffff", "#ffffff", 1.0)]
)
def test_contrast_as_wcag_defines_it(one, other, ratio):
    assert looks.contrast(one, other) == pytest.approx(ratio, abs=0.01)
    assert looks.contrast(other, one) == looks.contrast(one, other)


def test_finding_prints_its_place():
    finding = next(iter(passages.check("claim_received", empty_version())))
    assert str(finding).startswith("en/body.txt: error: does not say that the claim was received")


def empty_version():
    from notices.templates import LanguageVersion, Source

    sources = [Source(f"en/{name}", "", (), {}) for name in ("subject.txt", "preheader.txt", "body.txt", "body.html")]
    return LanguageVersion("en", *sources)
