"""What a command that failed says: one line that names the cure, and its exit code."""

import os
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import typer
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSLError,
    SSOError,
    TokenRetrievalError,
)
from botocore.exceptions import (
    ConnectionError as NoConnectionError,
)

from cli.exit_codes import ExitCode
from cli.options import CommandError, UsageError
from deployment.athena import QueryError
from deployment.connection import StackNotFoundError
from deployment.dead_letters import ReplayError
from deployment.pipeline import IncompleteStackError
from deployment.waiting import NotInTimeError
from deployment.withdrawals import WithdrawalError
from local.cdk import CdkError
from local.lifecycle import EmulatorError
from transactions.errors import LayoutError

TRACEBACK: Final = "ETL_TRACEBACK"
"""The variable that has a command show the traceback of an error that nobody expected."""

_OF_THE_LIBRARY: Final = "Value error, "
"""What the library that reads the options puts before some messages."""

_USAGE: Final = (StackNotFoundError, UsageError)
_FAILED: Final = (
    CommandError,
    CdkError,
    EmulatorError,
    IncompleteStackError,
    LayoutError,
    NotInTimeError,
    QueryError,
    ReplayError,
    WithdrawalError,
)
"""Errors whose message says what to do."""

_NO_CREDENTIALS: Final = (NoCredentialsError, PartialCredentialsError, SSOError, TokenRetrievalError)
_NO_ANSWER: Final = (NoConnectionError, HTTPClientError)
_BAD_CREDENTIALS: Final = frozenset(
    {
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "RequestExpired",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
_DENIED: Final = frozenset({"AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"})
_START: Final = 'eval "$(make --silent local)"'
_LOG_IN: Final = (
    "set AWS_PROFILE to a profile that may use the account (aws sso login, or aws configure), or start the embedded"
    f" AWS: {_START}"
)
_EMBEDDED_ENDED: Final = (
    f"the embedded AWS has ended; start it: {_START}; or, for AWS:"
    " unset AWS_ENDPOINT_URL AWS_CA_BUNDLE AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY"
)


@dataclass(frozen=True, kw_only=True)
class Failure:
    """How a command ends that cannot do its work."""

    line: str
    code: ExitCode


def explain(error: Exception) -> Failure:
    """Say what an error means, and what to do next."""
    if isinstance(error, typer.TyperException):
        return _usage(f"{error.format_message().replace(_OF_THE_LIBRARY, '').rstrip('.')}{_help(error)}")
    if isinstance(error, _USAGE):
        return _usage(str(error))
    if isinstance(error, _FAILED):
        return _failed(str(error))
    if isinstance(error, ClientError | BotoCoreError):
        return _failed(_of_aws(error))
    return _file(error) if isinstance(error, OSError) else _failed(_unexpected(error))


def _usage(line: str) -> Failure:
    return Failure(line=line, code=ExitCode.USAGE)


def _failed(line: str) -> Failure:
    return Failure(line=line, code=ExitCode.FAILED)


def _help(error: typer.TyperException) -> str:
    context = getattr(error, "ctx", None)
    return f"; see: {context.command_path} --help" if context else ""


def _of_aws(error: ClientError | BotoCoreError) -> str:
    return _refused(error) if isinstance(error, ClientError) else _not_asked(error)


def _refused(error: ClientError) -> str:
    """Explain an answer of AWS."""
    code = error.response["Error"]["Code"]
    if code in _BAD_CREDENTIALS:
        return f"AWS does not accept the credentials ({code}): {_LOG_IN}"
    if code in _DENIED:
        return f"AWS does not allow {error.operation_name} to these credentials: have it allowed, or use others"
    return f"{error}"


def _not_asked(error: BotoCoreError) -> str:
    """Explain why AWS could not even be asked."""
    if ended := _without_bundle():
        return ended
    if isinstance(error, _NO_CREDENTIALS):
        return f"no usable AWS credentials ({error}): {_LOG_IN}"
    if isinstance(error, ProfileNotFound):
        return f"{error}: set AWS_PROFILE to one of those that 'aws configure list-profiles' names, or unset it"
    if isinstance(error, SSLError):
        return f"{error}: set AWS_CA_BUNDLE to the certificate to trust; that of the embedded AWS: {_START}"
    if isinstance(error, _NO_ANSWER):
        endpoint = os.environ.get("AWS_ENDPOINT_URL")
        return f"no answer from {endpoint}: {_EMBEDDED_ENDED}" if endpoint else f"{error}: check the network"
    return str(error)


def _without_bundle() -> str:
    """Explain that the embedded AWS and its certificate are gone; empty if they are not."""
    bundle = os.environ.get("AWS_CA_BUNDLE")
    if not bundle or Path(bundle).exists():
        return ""
    return f"{bundle} is missing, which AWS_CA_BUNDLE names: {_EMBEDDED_ENDED}"


def _file(error: OSError) -> Failure:
    if ended := _without_bundle():
        return _failed(ended)
    named = reason_of(error)
    if isinstance(error, FileNotFoundError):
        return _usage(f"{named}: give a path in a folder that exists")
    if isinstance(error, PermissionError):
        return _usage(f"{named}: give a path that you may use, or change its permissions")
    if isinstance(error, IsADirectoryError | NotADirectoryError | FileExistsError):
        return _usage(f"{named}: give another path")
    return _failed(f"{named}: free space or try again")


def reason_of(error: OSError) -> str:
    """Say which file cannot be read or written, and why."""
    reason = error.strerror or str(error)
    return f"{error.filename}: {reason}" if error.filename else reason


def _unexpected(error: Exception) -> str:
    """Name an error that is a defect, without its message, which may quote a partner's file."""
    last = traceback.extract_tb(error.__traceback__)[-1:]
    place = f" in {Path(last[0].filename).name}, line {last[0].lineno}" if last else ""
    return f"unexpected {type(error).__name__}{place}: set {TRACEBACK}=1 to see more, and report it"
