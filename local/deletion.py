"""Keeps the dependencies of a resource that could not be deleted with its stack, as CloudFormation does.

The emulator deletes them too: the function, role and bucket of a custom resource that answered FAILED. The next
deletion could then not call the function.
"""

from contextvars import ContextVar
from typing import Any

from ministack.services import cloudformation
from ministack.services.cloudformation import handlers, stacks

_kept: ContextVar[dict[str, Any] | None] = ContextVar("kept", default=None)
_delete_stack = stacks._delete_stack_async  # noqa: SLF001
_delete_resource = stacks._delete_resource  # noqa: SLF001


def install() -> None:
    """Replace the emulator's functions."""
    stacks._delete_resource = _delete_resource_or_keep  # noqa: SLF001
    stacks._delete_stack_async = handlers._delete_stack_async = _delete_stack_but_keep  # noqa: SLF001


async def _delete_stack_but_keep(stack_name: str, *arguments: Any, force: bool = False) -> None:
    # A forced deletion has no failures: it leaves behind what it cannot delete.
    token = _kept.set(None if force else {})
    try:
        await _delete_stack(stack_name, *arguments, force=force)
        cloudformation._stacks[stack_name]["_resources"].update(_kept.get() or {})  # noqa: SLF001
    finally:
        _kept.reset(token)


def _delete_resource_or_keep(
    resource_type: str, physical_id: str, properties: Any, stack_name: str, logical_id: str
) -> None:
    try:
        _delete_resource(resource_type, physical_id, properties, stack_name, logical_id)
    except Exception:
        _keep_what_it_needs(stack_name, logical_id)
        raise


def _keep_what_it_needs(stack_name: str, logical_id: str) -> None:
    """Exclude a resource's dependencies from the rest of the deletion."""
    kept = _kept.get()
    if kept is None:
        return
    stack = cloudformation._stacks[stack_name]  # noqa: SLF001
    resources: dict[str, Any] = stack["_resources"]
    needed = stacks._with_dependencies([logical_id], stack["_template"]["Resources"], set(resources))  # noqa: SLF001
    kept.update({name: resources.pop(name) for name in needed - {logical_id}})
