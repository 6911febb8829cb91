"""What `run.py` can be asked for. Each returns the exit status."""

import importlib.util
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from designer.local.services import Services, ThrowAway, sweep
from designer.local.stack import Record, Stack, Stop, answers, end_leftovers, line_writer, lock_of, running, stoppable
from designer.local.system import ROOT, Trouble, birth, data_folder, patience

STOPPED = 130


def serve(arguments: Sequence[str]) -> int:
    """The studio in the foreground, until Ctrl-C."""
    if arguments:
        raise Trouble(
            f"`run.py` alone takes no arguments (got {' '.join(arguments)}); `run.py help` lists the commands."
        )
    var = data_folder()
    lock = lock_of(var)
    if not lock.take():
        record = Record.read(var)
        where = f" at {record.url}" if record and record.url else ""
        raise Trouble(f"The studio of this folder already runs{where}. Stop it with: python3 run.py stop")
    say = line_writer(sys.stdout)
    try:
        with stoppable(), running(var, say) as stack:
            print(banner(stack), flush=True)
            stack.watch()
    except Stop:
        say("run", "Stopped.")
    return 0


def banner(stack: Stack) -> str:
    """Where the studio is and how to sign in."""
    lines = [f"  Designer BFF    {stack.record.url}"]
    try:
        account = json.loads((stack.var / "credentials.json").read_text())
        lines += [f"  sign in as      {account['email']}", f"  password        {account['password']}"]
    except (OSError, ValueError, KeyError):
        lines += ["  sign up there to begin"]
    return "\n".join(["", *lines, "  stop            Ctrl-C", ""])


def demo(arguments: Sequence[str]) -> int:
    """The main job without a browser, on the running studio or on one started for it."""
    var = data_folder()
    lock = lock_of(var)
    command = [sys.executable, "manage.py", "demo", *arguments]
    if not lock.take():
        return call(command, running_environment(var))
    log = var / "log" / "demo.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    print("Starting the studio ...", flush=True)
    try:
        with log.open("w") as out, stoppable(), running(var, line_writer(out)) as stack:
            return call(command, stack.environment)
    except Stop:
        return STOPPED
    finally:
        lock.drop()


def running_environment(var: Path) -> Mapping[str, str]:
    """The environment of the stack that holds the lock; waits while it is still starting."""
    for _ in patience(90, 0.2):
        record = Record.read(var)
        if record and record.url and answers(f"http://127.0.0.1:{record.environment['PORT']}"):
            print(f"Using the studio that runs at {record.url}.", file=sys.stderr, flush=True)
            return {**os.environ, **record.environment}
    raise Trouble("Another run.py holds this folder, but its studio does not answer. End it with: python3 run.py stop")


def test(arguments: Sequence[str]) -> int:
    """pytest on throw-away services. With no arguments: everything, in two processes, and what fails once more."""
    everything = ["-n", "2", "--dist", "loadgroup", "--reruns", "1"]
    return on_throw_away([sys.executable, "-m", "pytest", *(arguments or everything)])


def bench(arguments: Sequence[str]) -> int:
    """The benchmarks on throw-away services: they print a table of ratios."""
    if not importlib.util.find_spec("tests.benchmarks"):
        raise Trouble("tests/benchmarks is missing from this checkout.")
    return on_throw_away([sys.executable, "-m", "tests.benchmarks", *arguments])


def on_throw_away(command: Sequence[str]) -> int:
    try:
        with stoppable(), ThrowAway(data_folder()) as services:
            return call(command, {**os.environ, **services.environment()})
    except Stop:
        return STOPPED


def call(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run in the foreground; when the launcher is asked to stop, so is the command, and it gets a moment to obey."""
    process = subprocess.Popen(command, cwd=ROOT, env=dict(environment))
    try:
        return process.wait()
    except BaseException as stop:
        if not isinstance(stop, Stop) or stop.number != signal.SIGINT:  # Ctrl-C reaches the command by itself
            process.send_signal(signal.SIGINT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        raise


def manage(arguments: Sequence[str]) -> int:
    """Django's command line on the running studio's data, or on the services that DATABASE_URL and REDIS_URL name."""
    var = data_folder()
    named = os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")
    lock = lock_of(var)
    if not named and lock.take():
        raise Trouble("The studio does not run: start it with `python3 run.py`, then try again.")
    environment = os.environ if named else running_environment(var)
    return call([sys.executable, "manage.py", *arguments], environment)


def stop(arguments: Sequence[str]) -> int:
    """Stop the studio of this folder, or what a killed one left running."""
    var = data_folder()
    if not var.exists():
        print("Nothing runs here.")
        return 0
    lock = lock_of(var)
    record = Record.read(var)
    if not lock.take():
        if not record or birth(record.pid) != record.born:
            raise Trouble("Another run.py is at work in this folder; try again in a moment.")
        os.kill(record.pid, signal.SIGTERM)
        if not any(lock.take() for _ in patience(40, 0.2)):
            raise Trouble(f"The studio (process {record.pid}) did not stop within 40 s.")
    end_leftovers(var)
    Services(var).stop()
    sweep(var)
    print("Stopped.")
    return 0


COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "serve": serve,
    "demo": demo,
    "test": test,
    "bench": bench,
    "manage": manage,
    "stop": stop,
}
