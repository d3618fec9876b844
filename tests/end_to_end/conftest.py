"""One emulator and one deployment for all tests; what several tests look at is uploaded once."""

from collections.abc import Iterator

import pytest

from local.emulator import Emulator
from local.lifecycle import running
from local.session import deployed_pipeline
from tests.end_to_end.batch import BATCH_FILES, Batch, send_batch
from tests.end_to_end.deployment import Deployment
from tests.end_to_end.failures import Failed, send_files_that_fail
from tests.end_to_end.principals import Principal, allow, user

PARTNER = "alpine"
DIRECT_THRESHOLD_BYTES = 16 * 1024
CONTEXT = {
    "directThresholdBytes": str(DIRECT_THRESHOLD_BYTES),
    # Far longer than any test needs to upload its files; a batch that is full waits for nothing.
    "batchWindowSeconds": "5",
    "batchSize": str(BATCH_FILES),
}


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    with running() as emulator:
        yield emulator


@pytest.fixture(scope="session")
def deployment(emulator: Emulator) -> Iterator[Deployment]:
    account = emulator.session.client("sts").get_caller_identity()["Account"]
    context = CONTEXT | {"partnerAccounts": f"{PARTNER}={account}"}
    with deployed_pipeline(emulator, "e2e", context=context) as deployed:
        yield Deployment.of(deployed)


@pytest.fixture(scope="session")
def partner(deployment: Deployment) -> Iterator[Principal]:
    """Given a partner that has assumed its role."""
    role = deployment.client("iam").get_role(RoleName=deployment.stack.physical_id("AWS::IAM::Role", PARTNER))["Role"]
    with user(deployment.emulator, "uploader", allow(["sts:AssumeRole"], role["Arn"])) as uploader:
        yield uploader.assume(role["Arn"])


@pytest.fixture(scope="session")
def batch(deployment: Deployment) -> Batch:
    """Given ten small files that were uploaded together, good and bad."""
    return send_batch(deployment)


@pytest.fixture(scope="session")
def failed(deployment: Deployment) -> Failed:
    """Given three files that failed because a right was missing, which is there again."""
    return send_files_that_fail(deployment)
