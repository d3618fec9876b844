"""The page on cost and scale is the stack's own, and batching pays."""

import pytest

from cost.__main__ import PAGE
from cost.model import Stack, quota_use, small_file
from cost.page import page
from cost.walking import walk_file
from proofs.template import Template


@pytest.fixture(scope="module")
def stack(template: Template) -> Stack:
    return Stack.of(template)


def test_given_the_stack_when_the_page_is_written_anew_then_it_is_the_same(stack: Stack) -> None:
    assert PAGE.read_text(encoding="utf-8") == page(stack), "run 'make cost'"


def test_given_a_small_file_when_it_travels_in_a_batch_then_it_costs_less_than_a_third_of_one_alone(
    stack: Stack,
) -> None:
    batch, direct = (sum(small_file(stack, route).values()) for route in ("batch", "direct"))

    assert batch <= direct / 3


def test_given_the_two_routes_when_a_good_file_walks_them_then_it_enters_the_same_states(stack: Stack) -> None:
    batch, direct = (walk_file(stack.definition, route) for route in ("batch", "direct"))

    assert batch == direct
    assert sum("lambda-" in resource for resource in batch.calls) == 3


def test_given_twice_the_files_when_quotas_are_worked_out_then_each_is_used_twice_as_much(stack: Stack) -> None:
    once, twice = quota_use(stack, 100), quota_use(stack, 200)

    assert {quota: pytest.approx(2 * use) for quota, use in once.items()} == twice
