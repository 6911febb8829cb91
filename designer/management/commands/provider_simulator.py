"""`manage.py provider_simulator`: every vendor on one loopback port, for developing without keys and without cost."""

import shlex
import signal
from importlib import import_module
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

PORT = 8500


class Command(BaseCommand):
    help = "Play the vendors of images and language on a loopback port, and print what to put into the environment."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=PORT, help=f"0 takes any free one; {PORT} unless said")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            server = import_module("tests.simulators.providers.server")
        except ModuleNotFoundError as error:
            raise CommandError("The simulator is part of the tests. Run this in a checkout that has them.") from error
        try:
            simulator = server.Simulator(port=options["port"])
        except (OSError, OverflowError) as error:
            raise CommandError(
                f"Port {options['port']} cannot be used: {error}. Choose another with --port."
            ) from error
        with simulator:
            self._tell(simulator)
            self._wait()

    def _tell(self, simulator: Any) -> None:
        self.stdout.write(f"# {', '.join(simulator.vendors)}. Put this into the shell that starts the studio:")
        for name, value in simulator.environment().items():
            self.stdout.write(f"export {name}={shlex.quote(value)}")
        control = f"http://127.0.0.1:{simulator.port}/_control"
        self.stdout.write(f"# What goes wrong next: POST {control}/plan; what was asked: GET {control}/calls")
        self.stdout.write("# Ctrl-C stops it.")
        self.stdout.flush()

    def _wait(self) -> None:
        """Until Ctrl-C or a polite kill."""
        stop = Event()
        for sign in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sign, lambda *_: stop.set())
        stop.wait()
