"""Cuts a file's chain into phases, along the functions of ``etl.workflow`` that build it."""

import json
from collections.abc import Collection, Mapping
from dataclasses import fields
from functools import cache
from typing import Any, Final

from etl.workflow.asl import Resources, States
from etl.workflow.definition import BATCH, DIRECT
from etl.workflow.failure import describe_failure, failure_path, unidentified_path
from etl.workflow.identity import identify
from etl.workflow.inspection import InspectionSteps
from etl.workflow.large_files import (
    LARGE_FILES,
    LargeFileSteps,
    LargeInspectionSteps,
    LargeTransformationSteps,
    name_job_error,
)
from etl.workflow.notification import notification_path
from etl.workflow.publication import PublicationSteps
from etl.workflow.requeueing import requeue_path
from etl.workflow.settling import EVERY_FILE, LEFT_BEHIND
from etl.workflow.transformation import TransformationSteps
from etl.workflow.withdrawal import LABEL as WITHDRAWAL

LABELS: Final = (DIRECT, BATCH, LARGE_FILES, LEFT_BEHIND, EVERY_FILE, WITHDRAWAL)

IDENTIFICATION: Final = "Identification"
HANDING_OVER: Final = "Handing over"
INSPECTION: Final = "Inspection"
TRANSFORMATION: Final = "Transformation"
PUBLICATION: Final = "Publication"
NOTIFICATION: Final = "Notification"
REQUEUEING: Final = "Requeueing"
FAILURE: Final = "Failure"
UNIDENTIFIED: Final = "Unidentified file"

INSPECTION_AT_SCALE: Final = "Inspection at scale"
TRANSFORMATION_AT_SCALE: Final = "Transformation at scale"
JOB_ERROR: Final = "The job's error"


@cache
def phases() -> Mapping[str, Collection[str]]:
    """List the states of each phase, by its title, without labels."""
    resources = _resources()
    steps = {
        title: kind(resources, label=BATCH, timeout=1, failure="").states()
        for title, kind in (
            (INSPECTION, InspectionSteps),
            (TRANSFORMATION, TransformationSteps),
            (PUBLICATION, PublicationSteps),
        )
    }
    built: dict[str, States] = {
        IDENTIFICATION: identify(label=BATCH, following="", failing="")[1],
        HANDING_OVER: LargeFileSteps(resources, label=BATCH, timeout=1, failure="", threshold_bytes=1).states(),
        **steps,
        NOTIFICATION: notification_path(resources, label=BATCH),
        REQUEUEING: requeue_path(resources, label=BATCH, otherwise="")[1],
        FAILURE: describe_failure(label=BATCH, following="")[1] | failure_path(resources, label=BATCH)[1],
        UNIDENTIFIED: unidentified_path(resources, label=BATCH)[1],
    }
    return _without_labels(built)


@cache
def phases_at_scale() -> Mapping[str, Collection[str]]:
    """List the states of the phases that a large file goes through in place of others, by its title, without labels."""
    resources = _resources()
    return _without_labels(
        {
            INSPECTION_AT_SCALE: LargeInspectionSteps(resources, label=BATCH, timeout=1, failure="").states(),
            TRANSFORMATION_AT_SCALE: LargeTransformationSteps(resources, label=BATCH, timeout=1, failure="").states(),
            JOB_ERROR: name_job_error(label=BATCH, following="")[1],
        }
    )


def _resources() -> Resources:
    return Resources(**{field.name: field.name for field in fields(Resources)})


def _without_labels(built: Mapping[str, States]) -> Mapping[str, Collection[str]]:
    return {title: list(unlabelled({"States": states})["States"]) for title, states in built.items()}


def unlabelled(machine: dict[str, Any]) -> dict[str, Any]:
    """Take from the names of a machine's states the label that makes them unique."""
    text = json.dumps(machine)
    for label in LABELS:
        text = text.replace(f" ({label})", "")
    document: dict[str, Any] = json.loads(text)
    return document
