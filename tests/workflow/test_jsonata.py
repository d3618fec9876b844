"""The definition's JSONata has nothing for which AWS refuses a definition as a whole, and the check finds what has."""

import pytest

from etl.synthesis.template import Template
from tests.support import jsonata
from tests.support.jsonata import Expression, expressions, refused

REFUSED = {
    "file": jsonata.TOP_LEVEL,
    "`version-id`": jsonata.TOP_LEVEL,
    "file.key": jsonata.TOP_LEVEL,
    "$exists(file)": jsonata.TOP_LEVEL,
    "{'key': file.key}": jsonata.TOP_LEVEL,
    "[$states.input.a, b]": jsonata.TOP_LEVEL,
    "($a := 1; b)": jsonata.TOP_LEVEL,
    "$map($states.input.files, function($file) { key })": jsonata.TOP_LEVEL,
    "$states.input.files ~> $join(separator)": jsonata.TOP_LEVEL,
    "*": jsonata.TOP_LEVEL,
    "**.key": jsonata.TOP_LEVEL,
    "$": jsonata.DOLLAR,
    "$.file": jsonata.DOLLAR,
    "$exists($)": jsonata.DOLLAR,
    "$states.input.open[$not($ in $handled)]": jsonata.DOLLAR,
    "$$": jsonata.ROOT,
    "$$.file": jsonata.ROOT,
    "$states.input.files[key = $$.key]": jsonata.ROOT,
    "$eval('1')": jsonata.EVAL,
    "$states.errorOutput": jsonata.ERROR_OUTPUT,
    "$merge([$states.input, {'error': $states.errorOutput.Error}])": jsonata.ERROR_OUTPUT,
    "$states.input.files[error = $states.errorOutput.Error]": jsonata.ERROR_OUTPUT,
    "$states.result.Item": jsonata.RESULT,
    "$states": jsonata.STATES,
    "$states['errorOutput']": jsonata.STATES,
    "$keys($states)": jsonata.STATES,
    "$states.output": jsonata.STATES,
    "($states.input": jsonata.SYNTAX,
}
ALLOWED = (
    "$states.input",
    "$states.input.file.`version-id`",
    "$states.context.State.EnteredTime",
    "$states.input.files[size > 0].key",
    "$states.input.errors.(code & ' (' & count & ')') ~> $join(', ')",
    "$states.input.files^(>size)",
    "$states.input.files{partner: $sum(size)}",
    "$filter($states.input.open, function($one) { $not($one in $handled) })",
    "$contains($states.input.key, /^a$/)",
    "($a := {'key': 'file'}; $a.key)",
)


def _expression(text: str, *, has_result: bool = False, has_error: bool = False) -> Expression:
    return Expression("a state", text, has_result=has_result, has_error=has_error)


@pytest.mark.parametrize(("text", "fault"), REFUSED.items(), ids=list(REFUSED))
def test_each_kind_of_fault_is_found(text: str, fault: str) -> None:
    assert refused(_expression(text)) == {fault}


@pytest.mark.parametrize("text", ALLOWED)
def test_what_aws_takes_is_no_fault(text: str) -> None:
    assert refused(_expression(text)) == set()


def test_an_error_is_known_in_a_catch_and_a_result_in_an_output() -> None:
    assert refused(_expression("$states.errorOutput", has_error=True)) == set()
    assert refused(_expression("$states.result", has_result=True)) == set()


def test_an_expression_is_found_with_what_its_field_knows() -> None:
    catch = {"ErrorEquals": ["States.ALL"], "Output": "{% 3 %}", "Next": "Inner"}
    task = {"Type": "Task", "Arguments": {"Item": ["{% 1 %}"]}, "Output": "{% 2 %}", "Catch": [catch]}
    inner = {"Type": "Pass", "Output": {"key": "{% 4 %}", "text": "no {% expression %}"}}
    branch = {"Type": "Parallel", "Branches": [{"StartAt": "Inner", "States": {"Inner": inner}}]}

    assert set(expressions({"States": {"Task": task, "Branch": branch}})) == {
        Expression("Task", " 1 ", has_result=False, has_error=False),
        Expression("Task", " 2 ", has_result=True, has_error=False),
        Expression("Task", " 3 ", has_result=False, has_error=True),
        Expression("Inner", " 4 ", has_result=False, has_error=False),
    }


def test_no_expression_of_the_definition_is_refused(template: Template) -> None:
    listed = [one for definition in template.definitions() for one in expressions(definition)]

    assert len(listed) > 100
    assert {one.state: faults for one in listed if (faults := refused(one))} == {}
