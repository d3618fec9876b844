"""Start and end the emulator (MiniStack): IAM and TLS enforced, loopback only, its files in a temporary folder."""

import atexit
import contextlib
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from types import FrameType

from etl.names import REGION
from local.certificate import Certificate, issue_certificate
from local.emulator import LOG, ROOT_KEY, Emulator, log_tail
from local.processes import members, send

HOST = "127.0.0.1"
READY_SECONDS = 60.0
STOP_SECONDS = 5.0
SERVER = "local.server"
"""The module of the emulator's application."""


class EmulatorError(Exception):
    """The emulator did not start; the message ends with the tail of its log."""


@contextlib.contextmanager
def running(application: str = SERVER) -> Iterator[Emulator]:
    """Start an emulator, and end it with the block: also on Ctrl-C, on SIGTERM, on SIGHUP and on any failure.

    ``application`` is the module that serves it.
    """
    with termination_unwinds():
        emulator = start(server_command(application))
        end = atexit.register(partial(stop, emulator))
        try:
            yield emulator
        finally:
            end()
            atexit.unregister(end)


def server_command(application: str = SERVER) -> tuple[str, ...]:
    """Return the program that serves a module's ``app``: by its path, so that it is that of this checkout."""
    path = Path(__file__).resolve().parent.parent / application
    return (sys.executable, "-m", "hypercorn", f"{path}:app", "--keep-alive", "75")


def start(
    server: Sequence[str] = server_command(),
    is_ready: Callable[[Emulator], bool] | None = None,
    patience: float = READY_SECONDS,
) -> Emulator:
    """Start an emulator on a free port, and return once it answers.

    Parameters
    ----------
    server
        The program, which gets hypercorn's options for its socket and certificate.
    is_ready
        Returns whether the emulator answers; by default, by its health page.
    patience
        Seconds within which it must answer.

    Raises
    ------
    EmulatorError
        If it ended or did not answer in time. Nothing of it is left.
    """
    folder = Path(tempfile.mkdtemp(prefix="transaction-pipeline-"))
    certificate = issue_certificate(folder)
    # The server gets the bound socket: nothing else can take the port between its choice and its use.
    with socket.create_server((HOST, 0)) as listener, (folder / LOG).open("wb") as log:
        port = listener.getsockname()[1]
        process = subprocess.Popen(  # noqa: S603 fixed program
            [*server, *_server_options(listener, certificate)],
            env=_server_environment(folder, port, certificate),
            cwd=folder,
            pass_fds=[listener.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    emulator = Emulator(pid=process.pid, port=port, folder=folder, ca_bundle=certificate.certificate)
    try:
        _wait_until_ready(emulator, process, is_ready or _answers, patience)
    except BaseException:
        stop(emulator)
        raise
    return emulator


def stop(emulator: Emulator) -> None:
    """End the emulator with everything it started, and remove its folder. Does nothing when it has ended."""
    if emulator.alive:
        for signal_number in (signal.SIGTERM, signal.SIGKILL):
            send(members(emulator.pid), signal_number)
            if _wait_until_gone(emulator.pid):
                break
    shutil.rmtree(emulator.folder, ignore_errors=True)


def _server_options(listener: socket.socket, certificate: Certificate) -> list[str]:
    files = ["--certfile", str(certificate.certificate), "--keyfile", str(certificate.key)]
    return ["--bind", f"fd://{listener.fileno()}", *files]


def _server_environment(folder: Path, port: int, certificate: Certificate) -> dict[str, str]:
    """Build the emulator's environment, which the functions inherit: without any of the developer's AWS settings."""
    temporary = folder / "tmp"
    temporary.mkdir()
    inherited = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "JAVA_HOME") if name in os.environ}
    return inherited | {
        "HOME": str(folder),
        "TMPDIR": str(temporary),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONNOUSERSITE": "1",
        "GATEWAY_PORT": str(port),
        "BIND_HOST": HOST,
        "AUTH": "true",
        "USE_SSL": "1",
        "MINISTACK_SSL_CERT": str(certificate.certificate),
        "MINISTACK_SSL_KEY": str(certificate.key),
        "MINISTACK_REGION": REGION,
        "S3_DATA_DIR": str(folder / "s3"),
        "STATE_DIR": str(folder / "state"),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        # A tenth of every retry's and Wait state's real time.
        "SFN_WAIT_SCALE": "0.1",
        "AWS_ACCESS_KEY_ID": ROOT_KEY,
        "AWS_SECRET_ACCESS_KEY": ROOT_KEY,
        # For the functions: botocore trusts the first bundle, the answer of a custom resource (urllib) the second.
        "AWS_ENDPOINT_URL": f"https://localhost:{port}",
        "AWS_CA_BUNDLE": str(certificate.certificate),
        "SSL_CERT_FILE": str(certificate.certificate),
    }


def _wait_until_ready(
    emulator: Emulator, process: subprocess.Popen[bytes], is_ready: Callable[[Emulator], bool], patience: float
) -> None:
    deadline = time.monotonic() + patience
    while not is_ready(emulator):
        if process.poll() is not None:
            raise EmulatorError(f"the emulator ended with exit code {process.returncode}:\n{log_tail(emulator.log)}")
        if time.monotonic() > deadline:
            raise EmulatorError(f"the emulator did not answer within {patience:g} s:\n{log_tail(emulator.log)}")
        time.sleep(0.1)


def _answers(emulator: Emulator) -> bool:
    trust = ssl.create_default_context(cafile=str(emulator.ca_bundle))
    try:
        with urllib.request.urlopen(f"{emulator.endpoint}/_ministack/health", context=trust, timeout=5):  # noqa: S310 https, own server
            return True
    except OSError:
        return False


def _wait_until_gone(session: int) -> bool:
    """Wait for the end of the whole session; False after STOP_SECONDS."""
    deadline = time.monotonic() + STOP_SECONDS
    while members(session):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(session, os.WNOHANG)
    return True


@contextlib.contextmanager
def termination_unwinds() -> Iterator[None]:
    """Let SIGTERM and SIGHUP unwind the stack as Ctrl-C does, which they do not by themselves."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def unwind(signal_number: int, _frame: FrameType | None) -> None:
        sys.exit(128 + signal_number)

    before = {number: signal.signal(number, unwind) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
