"""``etl info``."""

from typing import Final, Protocol
from urllib.parse import quote

import msgspec
import typer

from cli.console import make_console
from cli.fitting import Name
from cli.options import AsJson, Suffix, print_json
from cli.tables import make_table
from deployment.connection import deployed_stack
from etl.names import REGION, Names

_CONSOLE: Final = f"https://{REGION}.console.aws.amazon.com"
_PAGES: Final = {
    "RawBucket": "s3/buckets/{}?region=" + REGION,
    "ProcessedBucket": "s3/buckets/{}?region=" + REGION,
    "AuditTable": "dynamodbv2/home?region=" + REGION + "#table?name={}",
    "StateMachine": "states/home?region=" + REGION + "#/statemachines/view/{}",
    "LargeFilesStateMachine": "states/home?region=" + REGION + "#/statemachines/view/{}",
    "DeadLetterQueue": "sqs/v3/home?region=" + REGION + "#/queues/{}",
    "AlertTopic": "sns/v3/home?region=" + REGION + "#/topic/{}",
    "Workgroup": "athena/home?region=" + REGION + "#/workgroups/details/{}",
    "Crawler": "glue/home?region=" + REGION + "#/v2/data-catalog/crawlers/view/{}",
}
"""The console's page of what an output names."""


class DescribedStack(Protocol):
    """What a deployed stack says of itself."""

    @property
    def name(self) -> str:
        """The stack's name."""

    @property
    def id(self) -> str:
        """The stack's id, an ARN."""

    @property
    def account(self) -> str:
        """The account's twelve digits."""

    @property
    def embedded(self) -> bool:
        """Whether this is the embedded AWS."""

    @property
    def outputs(self) -> dict[str, str]:
        """The stack's outputs."""


class DeploymentInfo(msgspec.Struct, frozen=True, kw_only=True):
    """Where a deployment is, and what it is made of.

    ``outputs`` are the names, ARNs and URLs that the stack gives; ``links`` the console's pages of them, none on the
    embedded AWS.
    """

    stack: str
    stack_id: str
    account: str
    region: str
    embedded: bool
    dashboard: str
    outputs: dict[str, str]
    links: dict[str, str]


def info(suffix: Suffix = "dev", *, as_json: AsJson = False) -> None:
    """Show where a deployment is: its account, names, ARNs, and the pages of the AWS console, dashboard first.

    \b
    etl info --suffix prod
    etl info --json
    """  # noqa: D301 - click keeps the lines of a paragraph that begins with this character
    found = describe(deployed_stack(suffix), Names(suffix=suffix))
    if as_json:
        print_json(found)
    else:
        _show(found)


def describe(stack: DescribedStack, names: Names) -> DeploymentInfo:
    """Collect what a deployed stack says of itself."""
    dashboard = names.physical_name("dashboard", "pipeline")
    return DeploymentInfo(
        stack=stack.name,
        stack_id=stack.id,
        account=stack.account,
        region=REGION,
        embedded=stack.embedded,
        dashboard=dashboard,
        outputs=stack.outputs,
        links={} if stack.embedded else _links(stack, dashboard),
    )


def _links(stack: DescribedStack, dashboard: str) -> dict[str, str]:
    cloudwatch = f"{_CONSOLE}/cloudwatch/home?region={REGION}#"
    cloudformation = f"{_CONSOLE}/cloudformation/home?region={REGION}#/stacks/stackinfo?stackId="
    links = {
        "Dashboard": f"{cloudwatch}dashboards/dashboard/{quote(dashboard)}",
        "Alarms": f"{cloudwatch}alarmsV2:",
        "Stack": f"{cloudformation}{quote(stack.id, safe='')}",
    }
    # A stack whose creation failed has no outputs.
    for output in filter(stack.outputs.__contains__, _PAGES):
        links[output] = f"{_CONSOLE}/{_PAGES[output].format(quote(stack.outputs[output], safe=''))}"
    return links


def _show(found: DeploymentInfo) -> None:
    console = make_console()
    place = "the embedded AWS" if found.embedded else f"AWS account {found.account}"
    console.print(f"{found.stack} in {place}, {found.region}; dashboard {found.dashboard}")
    table = make_table("what", "name")
    for name, value in found.outputs.items():
        table.add_row(name, Name(value))
    console.print(table)
    for name, link in found.links.items():
        # A link is printed on a line of its own, so that a terminal opens all of it.
        typer.echo(f"{name}: {link}")
