"""The data contracts are what the Open Data Contract Standard says a contract is."""

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft201909Validator

from pipeline.constants import FINISHED

CONTRACTS = sorted((Path(__file__).parents[3] / "glue").glob("*.odcs.yaml"))
SCHEMA = json.loads(files("open_data_contract_standard").joinpath("schema.json").read_text())


def _complaints(contract: Any) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in Draft201909Validator(SCHEMA).iter_errors(contract)]


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: path.stem)
def test_a_published_contract_is_valid_for_the_standards_schema(path: Path) -> None:
    contract = yaml.safe_load(path.read_text())

    assert _complaints(contract) == []


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: path.stem)
def test_a_contract_names_the_version_of_its_schema(path: Path) -> None:
    assert yaml.safe_load(path.read_text())["apiVersion"] == SCHEMA["properties"]["apiVersion"]["default"]


def test_given_a_column_without_a_name_then_the_schema_complains() -> None:
    contract = yaml.safe_load(CONTRACTS[0].read_text())
    del contract["schema"][0]["properties"][0]["name"]

    assert _complaints(contract) != []


def test_the_contract_of_files_names_every_outcome() -> None:
    [path] = [path for path in CONTRACTS if path.name == "files.odcs.yaml"]
    columns = {column["name"]: column for column in yaml.safe_load(path.read_text())["schema"][0]["properties"]}

    assert set(re.findall("[A-Z]{2,}", columns["status"]["description"])) == FINISHED
