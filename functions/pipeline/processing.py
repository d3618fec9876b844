"""The two steps that read an upload, with one engine in this process."""

import tempfile
from pathlib import Path

from pipeline.manifests import stage
from pipeline.s3 import ReadsAndWritesObjects, ReadsObjects
from pipeline.uploads import File, open_upload
from transactions.files import transform_file, validate_file
from transactions.layouts.catalog import LayoutCatalog
from transactions.layouts.layout import Layout
from transactions.results import Transformation, Validation


def validate_upload(s3: ReadsObjects, file: File, catalog: LayoutCatalog) -> Validation:
    """Judge an upload. A refused file is an answer, never an error.

    Raises
    ------
    UploadArchivedError, botocore.exceptions.ClientError
        If the upload cannot be opened, as ``open_upload`` raises them.
    """
    with tempfile.TemporaryDirectory() as workdir, open_upload(s3, file) as stream:
        return validate_file(stream, file.source(), catalog, Path(workdir))


def transform_upload(s3: ReadsAndWritesObjects, bucket: str, file: File, layout: Layout) -> Transformation:
    """Write an upload's rows as Parquet, and stage the objects and their manifest in ``bucket``.

    Raises
    ------
    UploadArchivedError, botocore.exceptions.ClientError
        If the upload cannot be opened, as ``open_upload`` raises them.
    FileRejectedError, ReconciliationError
        As ``transform_file`` raises them.
    """
    with tempfile.TemporaryDirectory() as folder:
        workdir, output = Path(folder) / "work", Path(folder) / "output"
        workdir.mkdir()
        output.mkdir()
        with open_upload(s3, file) as stream:
            transformation = transform_file(stream, file.source(), layout, output, workdir)
        stage(s3, bucket, file.file_id, output, transformation.objects)
    return transformation
