"""The embedded AWS with its objects on disk: a large file and what the job makes of it do not fit into memory."""

from ministack.services import s3

from local.server import app

__all__ = ["app"]

s3.S3_PERSIST = True
