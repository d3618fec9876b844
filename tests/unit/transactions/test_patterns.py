"""Patterns: what is taken means the same to Python and to the engine; what is not is refused with its place."""

import re
from collections.abc import Sequence

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from transactions.patterns import (
    MAX_CHARACTERS,
    MAX_DEPTH,
    MAX_REPEATS,
    Group,
    PatternError,
    compiled,
    group_names,
    parsed,
)
from transactions.sql import literal

CHARACTERS = "abksABKS019_-.,;:' \t\n\r\f\v\x00\x1c\x7f\x85\xa0()[]{}|^$*+?\\&~äÄßẞéıİſ\u2028K٣中\ufeff😀"
ASCII = [character for character in CHARACTERS if character.isascii()]
PIECES = [
    *["(", "(?:", "(?P<a>", "(?i)", "(?=", ")", "[", "[^", "]", "-", "[a-", "[[:alpha:]]", "&&", "--", "|", "^", "$"],
    *["a", "b", "0", "é", ".", "*", "+", "?", "{", "{2}", "{,3}", "{02}", "{1,2}", "{3,1}", "}"],
    *[rf"\{character}" for character in "abdnpsuwxzABDGQSWZ01-_/ é"],
]


def _escaped(character: str) -> str:
    return rf"\{character}" if character in r"\()[]{}|^$*+?.-" else character


characters = st.sampled_from(CHARACTERS)
classes = st.sampled_from([rf"\{name}" for name in "dDwWsStnrf"])
texts = st.text(characters, max_size=12)
ranges = st.sampled_from(["a-z", "A-Z", "0-9", " -~", "ä-é", r"\x00-\x1f", "!-\U0010ffff", "]", "-", "[", "&&"])
sets = st.builds("[{}{}]".format, st.sampled_from(["", "^"]), st.lists(ranges | classes, min_size=1).map("".join))
single = characters.map(_escaped) | st.sampled_from(ASCII).map(r"\{}".format)
atoms = single | classes | sets | st.sampled_from([".", ".", "^", "$", r"\b", r"\xe4", r"\x09"])
repeats = st.sampled_from(["?", "*", "+", "{0}", "{2}", "{1,}", "{0,2}", "{1,3}"])


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    several = st.lists(inner, min_size=2, max_size=4)
    return st.one_of(
        st.builds("{}{}{}".format, inner, repeats, st.sampled_from(["", "?"])),
        several.map("".join),
        several.map("|".join),
        inner.map("({})".format),
        several.map(lambda parts: f"(?:{'|'.join(parts)})"),
    )


grown = st.recursive(atoms, _grown, max_leaves=8)
ENGINE = duckdb.connect()
soup = st.lists(st.sampled_from(PIECES), max_size=9).map("".join)


def _in_engine(pattern: str, some: Sequence[str]) -> list[tuple[bool, bool, str, str]]:
    """Search, match and extract as the rows of a file are: the pattern a constant, the texts a column."""
    ENGINE.execute(
        "CREATE OR REPLACE TEMP TABLE texts AS SELECT unnest(?) AS text, generate_subscripts(?, 1) AS place", [some] * 2
    )
    constant, group = literal(pattern), 1 if parsed(pattern).groups else 0
    return ENGINE.execute(f"""
        SELECT regexp_matches(text, {constant}), regexp_full_match(text, {constant}),
            regexp_extract(text, {constant}, 0), regexp_extract(text, {constant}, {group})
        FROM texts ORDER BY place""").fetchall()  # noqa: S608 - a quoted literal


def _in_python(pattern: str, text: str) -> tuple[bool, bool, str, str]:
    found, whole = compiled(pattern).search(text), compiled(pattern).fullmatch(text)
    group = 1 if parsed(pattern).groups else 0
    return bool(found), bool(whole), found[0] if found else "", (found[group] or "") if found else ""


def _hold_alike(pattern: str, some: Sequence[str]) -> None:
    """Compare the two; what a group that is passed several times takes is no layout's business."""
    try:
        groups = parsed(pattern).groups
    except PatternError:
        return
    shown = slice(3 if groups and groups[0].repeated else 4)
    there = [found[shown] for found in _in_engine(pattern, some)]
    assert there == [_in_python(pattern, text)[shown] for text in some]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(pattern=grown, some=st.lists(texts, min_size=1, max_size=12))
@example(pattern=r"a$", some=["a", "a\n"])
@example(pattern=r"\s", some=["\v", "\x1c", "\xa0", "\r"])
@example(pattern=r"^\w+\b", some=["a٣", "é", "K", "_1"])
@example(pattern=r"[^\S]\S", some=["\va", "\v\v", " \v"])
@example(pattern="(a)|b", some=["b", "ab"])
@example(pattern=r"[]a]-[^]-]", some=["]-a", "a--"])
@example(pattern="[[&&]", some=["[", "&"])
def test_a_pattern_finds_the_same_in_python_and_in_the_engine(pattern: str, some: list[str]) -> None:
    _hold_alike(pattern, [*some, ""])


@settings(max_examples=150, deadline=None)
@given(pattern=soup, some=st.lists(texts, min_size=1, max_size=6))
def test_an_accepted_pattern_matches_alike_in_python_and_engine(pattern: str, some: list[str]) -> None:
    _hold_alike(pattern, [*some, ""])


@settings(max_examples=200, deadline=None)
@given(pattern=grown, text=texts)
def test_a_required_group_matches_in_every_match(pattern: str, text: str) -> None:
    try:
        groups = parsed(pattern).groups
    except PatternError:
        return
    found = compiled(pattern).search(text)

    assert compiled(pattern).groups == len(groups)
    assert not found or all(
        found[number] is not None or group.optional or group.repeated for number, group in enumerate(groups, 1)
    )


@pytest.mark.parametrize(
    ("pattern", "rule"),
    [
        (r"a\Z", r"\Z is not taken (at character 2)"),
        (r"\Aa", r"\A is not taken"),
        (r"\u0078", r"\u is not taken"),
        (r"\pL", r"\p is not taken"),
        (r"\Q.\E", r"\Q is not taken"),
        (r"\C", r"\C is not taken"),
        (r"\B", r"\B is not taken"),
        (r"(a)\1", r"\1 is not taken"),
        (r"\012", r"\0 is not taken"),
        (r"\é", r"\é is not taken"),
        ("\\", "\\ escapes nothing (at character 1)"),
        (r"[\b]", r"\b is not taken"),
        (r"\xf", r"\x is not taken"),
        ("(?x) a", "cannot look around, set flags, nor open a group"),
        ("(?i)a", "set flags"),
        ("(?i:a)", "set flags"),
        ("a(?=b)", "cannot look around"),
        ("(?<!a)b", "cannot look around"),
        ("(?>a)", "nor open a group but by ( or (?: or (?P<name> (at character 1)"),
        ("(?<name>a)", "nor open a group"),
        ("(?P=name)", "nor open a group"),
        ("(?P<währung>a)", "nor open a group"),
        ("(?P<a>a)(?P<a>b)", "two groups are named a"),
        ("a{,35}", r"{ counts nothing: write \{"),
        ("a{02}", r"{ counts nothing"),
        ("{", r"{ counts nothing"),
        ("a{3,1}", "{3,1} counts downwards"),
        ("[a-z]{0,2000}", f"at most {MAX_REPEATS}"),
        ("(?:a{40}){40}", f"at most {MAX_REPEATS}"),
        ("a++", "nor be possessive"),
        ("a*+", "nor be possessive"),
        ("a{2}{3}", "cannot be repeated"),
        ("*a", "* repeats nothing"),
        ("^*", "* repeats what may be empty"),
        ("(?:a*)*", "* repeats what may be empty"),
        ("(?:a?|b)+", "+ repeats what may be empty"),
        ("a||b", "an alternative or a group is empty"),
        ("a|", "an alternative or a group is empty"),
        ("()", "an alternative or a group is empty"),
        ("(a", "the ( is not closed (at character 1)"),
        ("a)", "a ) closes nothing (at character 2)"),
        ("[a", "the [ is not closed (at character 1)"),
        ("[]", "the [ is not closed"),
        ("[[:alpha:]]", "[: names no class"),
        ("[z-a]", "a range leads from one character to a later one"),
        (r"[a-\d]", "a range leads"),
        ("[a-c-e]", r"write \- where"),
        ("a" * (MAX_CHARACTERS + 1), f"at most {MAX_CHARACTERS} characters"),
        (r"[^ä]{1000}" * 10, "is too large"),
        ("(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1), f"more than {MAX_DEPTH} deep"),
    ],
)
def test_what_is_not_of_the_language_is_refused_with_its_place(pattern: str, rule: str) -> None:
    with pytest.raises(PatternError) as error:
        parsed(pattern)

    assert rule in str(error.value)


@pytest.mark.parametrize("pattern", ["[^ä]{450}" * 16, ".{1000}" * 10, "(?:[ -\U0010ffff]{10}|ab){100}" * 3])
def test_the_engine_compiles_the_largest_patterns(pattern: str) -> None:
    assert _in_engine(pattern, ["a"]) == [(False, False, "", "")]


@pytest.mark.parametrize(
    ("pattern", "groups"),
    [
        ("(a)", (Group(None),)),
        ("(?P<name>a)(?:b)", (Group("name"),)),
        ("(a)?", (Group(None, optional=True),)),
        ("(?:(a)|b)", (Group(None, optional=True),)),
        ("(a){2}", (Group(None, repeated=True),)),
        ("(?:(a)b)*", (Group(None, optional=True, repeated=True),)),
        ("((a)|b)", (Group(None), Group(None, optional=True))),
        ("(a){1}", (Group(None),)),
    ],
)
def test_it_is_known_which_groups_a_match_may_lack_or_pass_again(pattern: str, groups: tuple[Group, ...]) -> None:
    assert parsed(pattern).groups == groups


def test_the_group_names_of_a_pattern_are_known() -> None:
    assert group_names("(?P<a>x) (?P<b>y) (z)") == {"a", "b"}
    assert group_names("(?P<a>") == frozenset()


@given(st.text(max_size=30))
def test_any_text_is_a_pattern_or_refused(text: str) -> None:
    try:
        python = parsed(text).python
    except PatternError:
        return
    re.compile(python)
