"""What holds for all tests: the environment that Lambda gives each function, and laws that no slow machine breaks."""

import os

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# The functions' modules read it when they are imported, so it comes first.
os.environ.update(
    {
        "AWS_DEFAULT_REGION": "us-east-1",
        "POWERTOOLS_METRICS_NAMESPACE": "test",
        "POWERTOOLS_SERVICE_NAME": "test",
        "POWERTOOLS_TRACE_DISABLED": "true",
    }
)
