"""What Lambda's environment gives every function. Their modules read it when they are imported, so it comes first."""

import os

os.environ.update(
    {
        "AWS_DEFAULT_REGION": "us-east-1",
        "POWERTOOLS_METRICS_NAMESPACE": "test",
        "POWERTOOLS_SERVICE_NAME": "test",
        "POWERTOOLS_TRACE_DISABLED": "true",
    }
)
