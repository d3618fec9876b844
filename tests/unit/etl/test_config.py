"""The app's settings: defaults, good values, and one line that says what is wrong with a bad one."""

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.config import (
    ARCHITECTURE,
    BATCH_CONCURRENCY,
    BATCH_SIZE,
    BATCH_WINDOW,
    CONTEXT_KEYS,
    EMAIL,
    LARGE_THRESHOLD,
    MEMORY,
    NONCURRENT_DAYS,
    PARTNER_ACCOUNTS,
    PROTECTION,
    QUERY_LIMIT,
    RESERVED_CONCURRENCY,
    SUFFIX,
    THRESHOLD,
    ConfigError,
    ContextKey,
    Settings,
    load_settings,
)
from etl.names import Names
from etl.package import MACHINES

REQUIRED = {EMAIL.name: "oncall@example.com"}
SETTING = {
    SUFFIX: "environment_suffix",
    EMAIL: "alert_email",
    THRESHOLD: "direct_threshold_bytes",
    LARGE_THRESHOLD: "large_threshold_bytes",
    BATCH_SIZE: "batch_size",
    BATCH_WINDOW: "batch_window_seconds",
    BATCH_CONCURRENCY: "batch_concurrency",
    RESERVED_CONCURRENCY: "reserved_concurrency",
    MEMORY: "memory_mb",
    ARCHITECTURE: "architecture",
    NONCURRENT_DAYS: "noncurrent_days",
    QUERY_LIMIT: "query_limit_gb",
    PROTECTION: "termination_protection",
    PARTNER_ACCOUNTS: "partner_accounts",
}
GOOD = {
    SUFFIX: ["dev", "a1", "qa-2-eu", "0123456789abcdef"],
    EMAIL: ["oncall@example.com", "first.last+etl@mail.example.org"],
    THRESHOLD: ["1024", str(64 * 1024 * 1024)],
    LARGE_THRESHOLD: [str(2**20), str(2**30), str(2**31)],
    BATCH_SIZE: ["1", "100"],
    BATCH_WINDOW: ["1", "300"],
    BATCH_CONCURRENCY: ["1", "20", "1000"],
    RESERVED_CONCURRENCY: ["", "1", "1000"],
    MEMORY: ["3072", "3008"],
    ARCHITECTURE: ["arm64", "x86_64"],
    NONCURRENT_DAYS: ["1", "180", "3650"],
    QUERY_LIMIT: ["1", "1000", "100000"],
    PROTECTION: ["true", "false"],
    PARTNER_ACCOUNTS: ["", "alpine=111122223333", f"alpine=111122223333,ubs-2={'4' * 12},{'x' * 34}=000000000000"],
}
BAD = {
    SUFFIX: ["", "a", "Dev", "dev_1", "-dev", "dev-", "a--b", "0123456789abcdefg", "dev\n", "dév"],
    EMAIL: ["", "oncall", "oncall@example", "@example.com", "a b@example.com", "a@example.com,b@example.com", "a@b.c"],
    THRESHOLD: ["1023", str(64 * 1024 * 1024 + 1), "16 MiB", "-1", "1e6", ""],
    LARGE_THRESHOLD: [str(2**20 - 1), str(2**31 + 1), "1 GiB", ""],
    BATCH_SIZE: ["0", "101", "10.0", "٣", "ten"],
    BATCH_WINDOW: ["0", "301", "30s"],
    BATCH_CONCURRENCY: ["0", "1001", ""],
    RESERVED_CONCURRENCY: ["0", "1001", "-1", "none"],
    MEMORY: ["128", "3009", "3072 "],
    ARCHITECTURE: ["ARM64", "amd64", ""],
    NONCURRENT_DAYS: ["0", "3651", "-1", "a year"],
    QUERY_LIMIT: ["0", "100001", "1.5", "1 TB"],
    PROTECTION: ["True", "yes", "1", ""],
    PARTNER_ACCOUNTS: [
        "alpine=111122223333,etl-verify=444455556666",
        "alpine",
        "alpine=11112222333",
        "alpine=١١١١٢٢٢٢٣٣٣٣",
        "Alpine=111122223333",
        "a/*=111122223333",
        "alpine=111122223333,",
        "alpine=111122223333,alpine=444455556666",
        f"{'x' * 35}=111122223333",
    ],
}


def _written(setting: object) -> str:
    if isinstance(setting, Mapping):
        return ",".join(f"{name}={value}" for name, value in setting.items())
    if setting is None:
        return ""
    return str(setting).lower() if isinstance(setting, bool) else str(setting)


def _cases(values: dict[ContextKey, list[str]]) -> list[object]:
    return [pytest.param(key, value, id=f"{key.name}={value!r}") for key in values for value in values[key]]


def test_each_key_but_the_email_has_a_default() -> None:
    settings = load_settings(REQUIRED)

    assert settings == Settings(
        environment_suffix="dev",
        alert_email=REQUIRED[EMAIL.name],
        direct_threshold_bytes=16 * 1024 * 1024,
        large_threshold_bytes=2**30,
        batch_size=100,
        batch_window_seconds=30,
        batch_concurrency=20,
        reserved_concurrency=None,
        memory_mb=3072,
        architecture="arm64",
        noncurrent_days=180,
        query_limit_gb=1000,
        termination_protection=False,
        partner_accounts={},
    )


def test_each_context_key_is_a_setting_that_takes_its_default() -> None:
    assert set(SETTING) == set(CONTEXT_KEYS)
    assert set(SETTING.values()) == {field.name for field in dataclasses.fields(Settings)}
    assert all(key.default is None or key.accepts(key.default) for key in CONTEXT_KEYS)


@pytest.mark.requirement("X4", "F4", "O1")
@pytest.mark.parametrize(("key", "value"), _cases(GOOD))
def test_a_good_value_becomes_the_setting(key: ContextKey, value: str) -> None:
    settings = load_settings(REQUIRED | {key.name: value})

    assert _written(getattr(settings, SETTING[key])) == value


@pytest.mark.parametrize(("key", "value"), _cases(BAD))
def test_a_bad_value_is_refused_with_key_value_and_rule(key: ContextKey, value: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load_settings(REQUIRED | {key.name: value})

    assert str(refused.value) == f"context key {key.name}={value!r} is refused: it must be {key.rule}"
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("key", CONTEXT_KEYS, ids=[key.name for key in CONTEXT_KEYS])
@given(value=st.text())
def test_any_text_is_accepted_or_refused_in_one_line(key: ContextKey, value: str) -> None:
    message = ""
    try:
        load_settings(REQUIRED | {key.name: value})
    except ConfigError as error:
        message = str(error)

    assert len(message.splitlines()) <= 1


def test_a_missing_email_is_refused_with_how_to_give_it() -> None:
    with pytest.raises(ConfigError, match=f"{EMAIL.name} is missing: it must be .* -c {EMAIL.name}="):
        load_settings({})


@pytest.mark.parametrize("value", [True, "true"])
def test_protection_may_be_a_json_boolean(value: object) -> None:
    assert load_settings(REQUIRED | {PROTECTION.name: value}).termination_protection


@pytest.mark.parametrize(("value", "expected"), [(50, 50), ("50", 50)])
def test_a_number_in_cdk_json_counts_like_text(value: object, expected: int) -> None:
    assert load_settings(REQUIRED | {BATCH_SIZE.name: value}).batch_size == expected


@pytest.mark.parametrize("value", [True, 10.5, [10], {}])
def test_any_other_json_value_is_refused(value: object) -> None:
    with pytest.raises(ConfigError, match=BATCH_SIZE.name):
        load_settings(REQUIRED | {BATCH_SIZE.name: value})


def test_a_context_key_of_others_is_ignored() -> None:
    assert load_settings(REQUIRED | {"aws:cdk:version-reporting": False}) == load_settings(REQUIRED)


def test_the_package_can_be_built_for_each_architecture() -> None:
    assert {value for value in MACHINES if ARCHITECTURE.accepts(value)} == set(MACHINES) == set(GOOD[ARCHITECTURE])


def test_the_longest_suffix_and_partner_fit_into_a_roles_name() -> None:
    suffix, partner = GOOD[SUFFIX][-1], "x" * 34
    settings = load_settings(
        REQUIRED | {SUFFIX.name: suffix, PARTNER_ACCOUNTS.name: f"{partner}={'1' * 12}"},
    )

    name = Names(suffix=settings.environment_suffix).physical_name("role", f"partner-{partner}")

    assert len(name) == 64


def test_every_context_key_of_the_cdk_is_left_alone() -> None:
    context = json.loads((Path(__file__).parents[3] / "cdk.json").read_text(encoding="utf-8"))["context"]

    assert load_settings(REQUIRED | context | {"cli-telemetry": False}) == load_settings(REQUIRED)


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("nosuchkey", "the keys are environmentSuffix, alertEmail,"),
        ("batchsize", r"did you mean batchSize\?"),
        ("environment-suffix", r"did you mean environmentSuffix\?"),
    ],
)
def test_an_unknown_key_is_refused_with_what_was_meant(key: str, says: str) -> None:
    with pytest.raises(ConfigError, match=f"context key {key} is not known: {says}"):
        load_settings(REQUIRED | {key: "1"})
