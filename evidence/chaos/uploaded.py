"""An upload as the models know it."""

from dataclasses import dataclass
from hashlib import sha256

from evidence.chaos.scenario import Content, account_of, delivery_of


@dataclass(frozen=True, kw_only=True)
class Uploaded:
    """One upload as S3 has it: whether a person took it back, and whether it came after that."""

    bucket: str
    key: str
    version_id: str
    content: Content
    withdrawn: bool = False
    after_withdrawal: bool = False

    @property
    def delivery(self) -> str:
        """Which files take each other's place."""
        return delivery_of(self.key)

    @property
    def account(self) -> str:
        """The account of its rows."""
        return account_of(self.key)

    @property
    def says(self) -> tuple[Content, str]:
        """What no two published files of a partner may say: the same bytes of two accounts are two things."""
        return self.content, self.account

    @property
    def file_id(self) -> str:
        """The identity that the pipeline must give it: SHA-256 of bucket, key and version."""
        return sha256(f"{self.bucket}\n{self.key}\n{self.version_id}".encode()).hexdigest()

    @property
    def name(self) -> str:
        """How differences call it."""
        return f"{self.key} ({self.file_id[:8]})"
