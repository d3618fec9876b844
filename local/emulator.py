"""A running emulator as its clients see it: endpoint, trust, credentials, sessions, log."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3

from etl.names import REGION

ROOT_KEY = "test"
"""Access key and secret of the emulated account's root user, who deploys."""

LOG = "emulator.log"


class Session(boto3.Session):
    """A boto3 session that reaches only the emulator, whatever AWS_ variables the shell has."""

    def __init__(self, endpoint: str, ca_bundle: Path) -> None:
        super().__init__(aws_access_key_id=ROOT_KEY, aws_secret_access_key=ROOT_KEY, region_name=REGION)
        self._emulator = {"endpoint_url": endpoint, "verify": str(ca_bundle)}

    if not TYPE_CHECKING:  # the stubs' overloads, one for each service, stay visible

        def client(self, *args: Any, **options: Any) -> Any:
            """Create a client as `boto3.Session.client` does; `resource` calls it too."""
            return super().client(*args, **(options | self._emulator))


@dataclass(frozen=True, kw_only=True)
class Emulator:
    """A running emulator.

    Attributes
    ----------
    pid
        The process that leads the emulator's own session.
    port
        Where it listens, on loopback.
    folder
        Everything it writes; removed when it ends.
    ca_bundle
        The certificate that its clients must trust, PEM.
    """

    pid: int
    port: int
    folder: Path
    ca_bundle: Path

    @property
    def endpoint(self) -> str:
        """The URL of every emulated service."""
        return f"https://localhost:{self.port}"

    @property
    def log(self) -> Path:
        """Everything that the emulator and its functions wrote."""
        return self.folder / LOG

    @property
    def environment(self) -> dict[str, str]:
        """The variables that point an AWS SDK, the AWS CLI or the CDK CLI at the emulator."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_CA_BUNDLE": str(self.ca_bundle),
            "NODE_EXTRA_CA_CERTS": str(self.ca_bundle),
            "AWS_ACCESS_KEY_ID": ROOT_KEY,
            "AWS_SECRET_ACCESS_KEY": ROOT_KEY,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
        }

    @property
    def session(self) -> Session:
        """A session as the account's root user."""
        return Session(self.endpoint, self.ca_bundle)

    @property
    def alive(self) -> bool:
        """Whether the process still runs, and its id has not been reused by another one."""
        try:
            return str(self.folder).encode() in Path(f"/proc/{self.pid}/cmdline").read_bytes()
        except OSError:
            return False

    def to_json(self) -> str:
        """Write down what another process needs to find this emulator again."""
        return json.dumps(asdict(self), default=str)

    @classmethod
    def from_json(cls, text: str) -> "Emulator":
        """Read what :meth:`to_json` wrote."""
        known = json.loads(text)
        return cls(
            pid=known["pid"], port=known["port"], folder=Path(known["folder"]), ca_bundle=Path(known["ca_bundle"])
        )


def log_tail(log: Path, lines: int = 30) -> str:
    """Return the last lines of a log."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
