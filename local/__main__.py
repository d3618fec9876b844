"""Keep an embedded AWS running in the background: ``python -m local up``, ``python -m local down``."""

import argparse
import os
import shlex
import signal
import sys

from local.cdk import ROOT, CdkError
from local.deploy import DEFAULT_EMAIL, deploy
from local.emulator import Emulator
from local.lifecycle import EmulatorError, start, stop, termination_unwinds
from local.processes import family, kill, send
from local.starting import Starting

STATE = ROOT / ".local" / "emulator.json"


def main(arguments: list[str] | None = None) -> None:
    """Run one command; a failure ends in a message and exit code 1."""
    options = _parse(arguments)
    try:
        if options.command == "up":
            _up(options.suffix, options.email)
        else:
            _down()
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
    except (EmulatorError, CdkError) as error:
        sys.exit(f"error: {error}")


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="start the emulator unless it runs, and deploy")
    up.add_argument("--suffix", default="dev", help="the environment suffix to deploy")
    up.add_argument("--email", default=DEFAULT_EMAIL, help="the address that alerts go to")
    commands.add_parser("down", help="end the emulator and remove its files")
    return parser.parse_args(arguments)


def _up(suffix: str, email: str) -> None:
    starting = Starting(STATE.with_suffix(".lock"))
    if starting.holder():
        _say("Waiting for the end of another start")
    with termination_unwinds(), starting:
        known = _known()
        emulator = known or _start()
        try:
            _say(f"Deploying suffix {suffix}")
            stack = deploy(emulator, suffix, email)
        except CdkError:
            # Its log and its resources show why.
            raise
        except BaseException:
            # What deploys would go on writing to the emulator's folder.
            kill([pid for pid in family(os.getpid()) if pid != os.getpid()])
            if not known:
                stop(emulator)
                STATE.unlink()
            raise
    _say(f"{stack.name} is deployed to {emulator.endpoint}; its log is {emulator.log}. To use it, export:")
    for name, value in (emulator.environment | {"ETL_SUFFIX": suffix}).items():
        print(f"export {name}={shlex.quote(value)}")  # noqa: T201 the answer of this command


def _start() -> Emulator:
    _say("Starting the embedded AWS")
    emulator = start()
    STATE.write_text(emulator.to_json())
    return emulator


def _down() -> None:
    starting = Starting(STATE.with_suffix(".lock"))
    if interrupted := starting.holder():
        send([interrupted], signal.SIGTERM)
    with starting:
        emulator = _known()
        if emulator:
            stop(emulator)
        STATE.unlink(missing_ok=True)
    _say("The embedded AWS has ended" if emulator or interrupted else "The embedded AWS does not run")


def _known() -> Emulator | None:
    """Return the emulator that an earlier call started, if it still runs."""
    if not STATE.exists():
        return None
    emulator = Emulator.from_json(STATE.read_text())
    return emulator if emulator.alive else None


def _say(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201 beside the answer, which can be evaluated by a shell


if __name__ == "__main__":
    main()
