"""The app's settings: CDK context keys, validated before anything is synthesized."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, Literal, cast

from pipeline.constants import VERIFICATION_PARTNER

Architecture = Literal["arm64", "x86_64"]

_MEBIBYTE: Final = 1024 * 1024
_GIBIBYTE: Final = 1024 * _MEBIBYTE


class ConfigError(ValueError):
    """A context key holds a value that the app refuses. The message names the key, the value and the rule."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Validated settings of one deployment.

    Attributes
    ----------
    environment_suffix
        Last part of every name. 2 to 16 lower-case letters, digits and single hyphens: the longest name of a role, a
        partner's (64 characters, IAM), leaves no room for more.
    alert_email
        The address that receives alerts, after its owner confirmed the subscription.
    direct_threshold_bytes
        Files of this size and more start an execution of their own; smaller ones travel in batches. At most
        64 MiB, so that a batched file stays far below the five minutes of an Express execution.
    large_threshold_bytes
        Files of more bytes are processed by the job for large files; the others by functions. At most 2 GiB, which a
        function is known to process in its five minutes.
    batch_size
        Files per batch. At most 100, so that an execution that settles them all stays within the 25,000 events of
        a history.
    batch_window_seconds
        How long the queue gathers a batch. At most 300 (Lambda), which leaves ten of the fifteen minutes.
    batch_concurrency
        Files of one batch that run side by side. What an account's concurrency does not allow waits and tries again.
    reserved_concurrency
        Calls at once that the account keeps free for each function that processes files, and allows it at most; None
        reserves nothing.
    memory_mb
        Memory of every function: 3072, or 3008 for accounts with the old quota (requirement F4).
    architecture
        The functions' processor.
    noncurrent_days
        Days until a version of a processed object that was overwritten or deleted goes for good. More than the 90 days
        after which it is archived, unless somebody wants superseded rows erased sooner.
    query_limit_gb
        Gigabytes (10^9 bytes) that one query of Athena may read before it is cut off.
    termination_protection
        Whether CloudFormation refuses to delete the stack.
    partner_accounts
        The AWS account of each partner that uploads with credentials of its own, by the partner's name.
    """

    environment_suffix: str
    alert_email: str
    direct_threshold_bytes: int
    large_threshold_bytes: int
    batch_size: int
    batch_window_seconds: int
    batch_concurrency: int
    reserved_concurrency: int | None
    memory_mb: int
    architecture: Architecture
    noncurrent_days: int
    query_limit_gb: int
    termination_protection: bool
    partner_accounts: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class ContextKey:
    """One context key: its default (None: required), its rule for people, and the rule itself."""

    name: str
    default: str | None
    rule: str
    accepts: Callable[[str], bool]


def _matches(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda value: compiled.fullmatch(value) is not None


def _between(low: int, high: int) -> Callable[[str], bool]:
    return lambda value: value.isascii() and value.isdigit() and low <= int(value) <= high


def _one_of(*choices: str) -> Callable[[str], bool]:
    return lambda value: value in choices


def _are_accounts(value: str) -> bool:
    # A role's name has room for 64 characters (IAM): "role-partner-", the partner, and the suffix.
    pairs = [re.fullmatch(r"([a-z0-9][a-z0-9-]{0,33})=[0-9]{12}", pair) for pair in value.split(",") if value]
    partners = [pair[1] for pair in pairs if pair]
    return all(pairs) and len(set(partners)) == len(partners) and VERIFICATION_PARTNER not in partners


SUFFIX = ContextKey(
    name="environmentSuffix",
    default="dev",
    rule="2 to 16 lower-case letters, digits and single hyphens, starting and ending with a letter or digit",
    accepts=_matches(r"(?=.{2,16}$)[a-z0-9]+(-[a-z0-9]+)*"),
)
EMAIL = ContextKey(
    name="alertEmail",
    default=None,
    rule="an email address, such as -c alertEmail=oncall@example.com",
    accepts=_matches(r"[^@\s<>\"',;]+@[^@\s<>\"',;]+\.[^@\s<>\"',;.]{2,}"),
)
THRESHOLD = ContextKey(
    name="directThresholdBytes",
    default=str(16 * _MEBIBYTE),
    rule=f"a whole number of bytes from 1024 to {64 * _MEBIBYTE}",
    accepts=_between(1024, 64 * _MEBIBYTE),
)
LARGE_THRESHOLD = ContextKey(
    name="largeThresholdBytes",
    default=str(_GIBIBYTE),
    rule=f"a whole number of bytes from {_MEBIBYTE} to {2 * _GIBIBYTE}",
    accepts=_between(_MEBIBYTE, 2 * _GIBIBYTE),
)
BATCH_SIZE = ContextKey(
    name="batchSize", default="100", rule="a whole number of files from 1 to 100", accepts=_between(1, 100)
)
BATCH_WINDOW = ContextKey(
    name="batchWindowSeconds", default="30", rule="a whole number of seconds from 1 to 300", accepts=_between(1, 300)
)
BATCH_CONCURRENCY = ContextKey(
    name="batchConcurrency", default="20", rule="a whole number of files from 1 to 1000", accepts=_between(1, 1000)
)
RESERVED_CONCURRENCY = ContextKey(
    name="reservedConcurrency",
    default="",
    rule="empty, or a whole number of calls from 1 to 1000",
    accepts=lambda value: not value or _between(1, 1000)(value),
)
MEMORY = ContextKey(
    name="lambdaMemoryMb",
    default="3072",
    rule="3072, or 3008 for accounts with the old quota",
    accepts=_one_of("3072", "3008"),
)
ARCHITECTURE = ContextKey(
    name="architecture", default="arm64", rule="arm64 or x86_64", accepts=_one_of("arm64", "x86_64")
)
NONCURRENT_DAYS = ContextKey(
    name="noncurrentDays", default="180", rule="a whole number of days from 1 to 3650", accepts=_between(1, 3650)
)
QUERY_LIMIT = ContextKey(
    name="queryLimitGb",
    default="1000",
    rule="a whole number of gigabytes from 1 to 100000",
    accepts=_between(1, 100_000),
)
PROTECTION = ContextKey(
    name="terminationProtection", default="false", rule="true or false", accepts=_one_of("true", "false")
)
PARTNER_ACCOUNTS = ContextKey(
    name="partnerAccounts",
    default="",
    rule="each partner once with its account's twelve digits, such as alpine=111122223333,obie=444455556666; "
    f"the name {VERIFICATION_PARTNER} is reserved",
    accepts=_are_accounts,
)
CONTEXT_KEYS: Final = (
    SUFFIX,
    EMAIL,
    THRESHOLD,
    LARGE_THRESHOLD,
    BATCH_SIZE,
    BATCH_WINDOW,
    BATCH_CONCURRENCY,
    RESERVED_CONCURRENCY,
    MEMORY,
    ARCHITECTURE,
    NONCURRENT_DAYS,
    QUERY_LIMIT,
    PROTECTION,
    PARTNER_ACCOUNTS,
)


_CDK_KEY: Final = re.compile("[@:/]")
"""What a key of the CDK has in its name: a feature flag, a setting, a value that was looked up."""
_CDK_KEYS: Final = frozenset({"acknowledged-issue-numbers", "cli-telemetry"})
"""Its keys without."""


def load_settings(context: Mapping[str, object]) -> Settings:
    """Validate the context and return the settings.

    Raises
    ------
    ConfigError
        At the first key that is not known, is missing or holds a refused value.
    """
    _refuse_unknown(context)
    values = {key.name: _value(key, context) for key in CONTEXT_KEYS}
    return Settings(
        environment_suffix=values[SUFFIX.name],
        alert_email=values[EMAIL.name],
        direct_threshold_bytes=int(values[THRESHOLD.name]),
        large_threshold_bytes=int(values[LARGE_THRESHOLD.name]),
        batch_size=int(values[BATCH_SIZE.name]),
        batch_window_seconds=int(values[BATCH_WINDOW.name]),
        batch_concurrency=int(values[BATCH_CONCURRENCY.name]),
        reserved_concurrency=int(values[RESERVED_CONCURRENCY.name]) if values[RESERVED_CONCURRENCY.name] else None,
        memory_mb=int(values[MEMORY.name]),
        architecture=cast("Architecture", values[ARCHITECTURE.name]),
        noncurrent_days=int(values[NONCURRENT_DAYS.name]),
        query_limit_gb=int(values[QUERY_LIMIT.name]),
        termination_protection=values[PROTECTION.name] == "true",
        partner_accounts=dict(pair.split("=") for pair in values[PARTNER_ACCOUNTS.name].split(",") if pair),
    )


def _refuse_unknown(context: Mapping[str, object]) -> None:
    known = [key.name for key in CONTEXT_KEYS]
    for name in context:
        if name in known or name in _CDK_KEYS or _CDK_KEY.search(name):
            continue
        nearest = get_close_matches(name, known, n=1)
        meant = f"did you mean {nearest[0]}?" if nearest else f"the keys are {', '.join(known)}"
        raise ConfigError(f"context key {name} is not known: {meant}")


def _value(key: ContextKey, context: Mapping[str, object]) -> str:
    given = context.get(key.name, key.default)
    if given is None:
        raise ConfigError(f"context key {key.name} is missing: it must be {key.rule}")
    # Context from the command line is text, context from cdk.json may be a JSON number or a JSON boolean.
    value = str(given).lower() if isinstance(given, bool) else str(given)
    if not key.accepts(value):
        raise ConfigError(f"context key {key.name}={value!r} is refused: it must be {key.rule}")
    return value
