"""The provider simulator: one threaded HTTP server on loopback with a path per vendor, told what goes wrong next.

A vendor's root is http://127.0.0.1:<port>/<vendor>. Under /_control: POST plan, POST reset, POST weather, GET charges,
GET calls, GET weather (each vendor's log).
A vendor's module words its refusals; what goes wrong on the way (ON_THE_WAY) is played here, with the socket in hand,
after the vendor did the work and billed it.
"""

from __future__ import annotations

import json
import pkgutil
import socket
import struct
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from typing import Any, ClassVar, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.simulators.providers.books import Billed, Meter, Plan
from tests.simulators.providers.weather import Seen, Weather
from tests.simulators.providers.wire import BEHAVIOURS, WORKS, Answer, Call, Charge, Route, answer, in_base64, picture

__all__ = ["BEHAVIOURS", "WORKS", "Answer", "Call", "Charge", "Route", "Simulator", "answer", "in_base64", "picture"]

ON_THE_WAY: Final = ("slow", "drip", "cut", "html", "empty", "corrupt", "huge_json", "deep_json")
UNBILLED: Final = ("html",)  # a gateway before the vendor speaks: the vendor did nothing
MAX_BODY: Final = 64 << 20
HUGE: Final = 24 << 20
DEEP: Final = 100_000
RESET: Final = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends RST, so the caller sees a cut and not an end
ENVIRONMENT: Final = {
    "openai": ("OPENAI_BASE_URL", "OPENAI_API_KEY"),
    "google": ("GOOGLE_BASE_URL", "GOOGLE_API_KEY"),
    "anthropic": ("ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY"),
    "stability": ("STABILITY_BASE_URL", "STABILITY_API_KEY"),
    "comfyui": ("COMFYUI_URL", ""),
    "a1111": ("A1111_URL", ""),
    "replicate": ("REPLICATE_BASE_URL", "REPLICATE_API_TOKEN"),
    "fal": ("FAL_BASE_URL", "FAL_KEY"),
}
KEY: Final = "simulated-key"


class Simulator:
    """Started by its making; `close` it, or use it as a context. Safe to ask from any thread."""

    def __init__(self, port: int = 0) -> None:
        self._lock, self._release = threading.Lock(), threading.Event()
        self._plans: list[Plan] = []
        self._calls: list[Call] = []
        self._charges: list[Billed] = []
        self._meters: dict[str, Meter] = {}
        self._states: dict[str, dict[str, Any]] = {}
        self._weather: dict[str, Weather] = {}
        self.routes: dict[str, tuple[Route, ...]] = _discovered()
        handler = type("Handler", (Handler,), {"simulator": self})
        self.server = Server(("127.0.0.1", port), handler)
        self.port: int = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), name="simulator", daemon=True)
        self.thread.start()

    def __enter__(self) -> Simulator:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._release.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def url(self, vendor: str) -> str:
        """The root of that vendor, as its adapter wants it. Raises KeyError for a vendor that is not played."""
        if vendor not in self.routes:
            raise KeyError(f"The simulator plays no {vendor!r}; it plays {', '.join(self.vendors)}.")
        return f"http://127.0.0.1:{self.port}/{vendor}"

    @property
    def vendors(self) -> tuple[str, ...]:
        return tuple(sorted(self.routes))

    def environment(self) -> dict[str, str]:
        """The variables that point the studio at every vendor played here."""
        lines: dict[str, str] = {}
        for vendor in self.vendors:
            address, key = ENVIRONMENT[vendor]
            lines |= {address: self.url(vendor)} | ({key: KEY} if key else {})
        return lines

    def plan(self, vendor: str, behaviour: str, times: int = 1, *, path: str = "", **details: Any) -> None:
        """What befalls the next `times` calls of `vendor` (0: all until the reset), after what is planned already.

        `path`: only calls whose path holds it. Details: `retry_after`, `headers` (rate_limited); `seconds`, `pause`
        (slow, drip); `at` = "start" or "body" (cut); `status`, `location` (html); `field` (bad_field);
        `json`, `status`, `headers` (ok): these very words instead of the vendor's; and more by vendor.
        """
        self.url(vendor)
        if behaviour not in BEHAVIOURS + WORKS:
            raise ValueError(f"There is no behaviour {behaviour!r}. Known: {', '.join(BEHAVIOURS + WORKS)}.")
        with self._lock:
            self._plans.append(Plan(vendor, behaviour, times, path, details))

    def set_weather(self, vendor: str, **facts: Any) -> Weather:
        """How that vendor is from now on, where nothing is planned: the fields of Weather."""
        self.url(vendor)
        weather = Weather(**facts)
        with self._lock:
            self._weather[vendor] = weather
        return weather

    @property
    def weather(self) -> dict[str, Weather]:
        with self._lock:
            return dict(self._weather)

    def reset(self) -> None:
        """Forget plans, calls, charges and what vendors remember; let every waiting call go."""
        with self._lock:
            self._release.set()
            self._release = threading.Event()
            self._plans.clear()
            self._calls.clear()
            self._charges.clear()
            self._meters.clear()
            self._states.clear()
            self._weather.clear()

    def limit(self, vendor: str, requests_per_minute: int, *, burst: int = 1, tells: bool = True) -> None:
        """From now on `vendor` counts: what is above the limit gets a 429, and every answer says how much is left,
        if it `tells`."""
        self.url(vendor)
        with self._lock:
            self._meters[vendor] = Meter(requests_per_minute, burst, tells)

    def metered(self, vendor: str) -> tuple[float, dict[str, str]] | None:
        """(seconds that a call now must wait, headers that say so); None where nobody counts."""
        with self._lock:
            meter = self._meters.get(vendor)
            return meter.take() if meter else None

    @property
    def calls(self) -> list[Call]:
        """Every call to a vendor so far, in the order of arrival."""
        with self._lock:
            return list(self._calls)

    @property
    def charges(self) -> list[Billed]:
        """What the vendors billed so far."""
        with self._lock:
            return list(self._charges)

    def arrived(self, vendor: str, method: str, path: str, about: Mapping[str, Any]) -> tuple[Call, Route | None, Plan]:
        """Note a call: with its route and what is planned for it."""
        with self._lock:
            state = self._states.setdefault(vendor, {})
            call = Call(vendor=vendor, method=method, path=path, state=state, root=self.url(vendor), **about)
            route, plan = None, Plan(vendor, "ok", 1, "", {})
            for candidate in self.routes[vendor]:
                args = candidate.match(method, path)
                if args is not None:
                    route, call.args = candidate, args
                    break
            if route is not None and route.plans:
                plan = self._next(vendor, path) or self._by_weather(call) or plan
            call.number, call.behaviour = len(self._calls) + 1, plan.behaviour if plan.behaviour != "ok" else None
            self._calls.append(call)
            return call, route, plan

    def _next(self, vendor: str, path: str) -> Plan | None:
        for plan in self._plans:
            if plan.vendor == vendor and plan.path in path:
                if plan.left == 1:
                    self._plans.remove(plan)
                elif plan.left > 1:
                    plan.left -= 1
                return plan
        return None

    def _by_weather(self, call: Call) -> Plan | None:
        if call.vendor not in self._weather:
            return None
        call.seen, behaviour, details = self._weather[call.vendor].meets()
        return Plan(call.vendor, behaviour, 1, "", details)

    def left(self, call: Call) -> None:
        """The call was answered, or given up."""
        weather = self.weather.get(call.vendor)
        if weather is not None and isinstance(call.seen, Seen):
            weather.leaves(call.seen)

    def bill(self, call: Call, charge: Charge) -> None:
        with self._lock:
            self._charges.append(
                Billed(call.vendor, call.path, call.number, charge.model, charge.images, dict(charge.usage))
            )

    def release(self) -> threading.Event:
        """Set at the next reset or at the end: whoever waits, waits for this too."""
        with self._lock:
            return self._release


def _discovered() -> dict[str, tuple[Route, ...]]:
    """The routes of each vendor; several modules may play one (its images here, its language there)."""
    package = import_module("tests.simulators.providers.vendors")
    routes: dict[str, tuple[Route, ...]] = {}
    for found in sorted(pkgutil.iter_modules(package.__path__), key=lambda module: module.name):
        module = import_module(f"{package.__name__}.{found.name}")
        if hasattr(module, "VENDOR"):
            routes[module.VENDOR] = routes.get(module.VENDOR, ()) + tuple(module.ROUTES)
    return routes


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 512

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that went away is no news; a fault in a vendor's module is."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    simulator: ClassVar[Simulator]
    protocol_version = "HTTP/1.1"
    server_version = "simulator"

    def log_message(self, format: str, *args: Any) -> None:
        """Calls are remembered, not printed."""

    def do_GET(self) -> None:
        self._serve()

    do_POST = do_PUT = do_DELETE = do_PATCH = do_GET  # noqa: N815 - named by http.server

    def _serve(self) -> None:
        body = self._body()
        parts = urlsplit(self.path)
        _, vendor, rest = f"{parts.path}//".split("/", 2)
        path, query = "/" + unquote(rest.rstrip("/")), dict(parse_qsl(parts.query, keep_blank_values=True))
        if vendor == "_control":
            return self._send(self._control(path, body))
        if vendor not in self.simulator.routes:
            return self._send(answer({"error": f"no vendor {vendor!r}"}, 404))
        headers = {name.lower(): value for name, value in self.headers.items()}
        about = {"headers": headers, "query": query, "body": body}
        call, route, plan = self.simulator.arrived(vendor, self.command, path, about)
        try:
            self._play(call, route, plan)
        finally:
            self.simulator.left(call)

    def _body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(min(int(self.headers.get("Content-Length") or 0), MAX_BODY))
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _control(self, path: str, body: bytes) -> Answer:
        match self.command, path:
            case "POST", "/plan":
                try:
                    self.simulator.plan(**json.loads(body))
                except (KeyError, ValueError, TypeError) as error:
                    return answer({"error": str(error)}, 400)
                return answer({"planned": True})
            case "POST", "/reset":
                self.simulator.reset()
                return answer({"reset": True})
            case "POST", "/weather":
                try:
                    self.simulator.set_weather(**json.loads(body))
                except (KeyError, ValueError, TypeError) as error:
                    return answer({"error": str(error)}, 400)
                return answer({"set": True})
            case "GET", "/weather":
                return answer({vendor: weather.log for vendor, weather in self.simulator.weather.items()})
            case "GET", "/charges":
                return answer([asdict(line) for line in self.simulator.charges])
            case "GET", "/calls":
                return answer([call.told() for call in self.simulator.calls])
        return answer({"error": "Use POST plan, reset or weather; GET charges, calls or weather."}, 404)

    def _play(self, call: Call, route: Route | None, plan: Plan) -> None:
        if route is None:
            return self._send(answer({"error": {"message": f"Unknown path {call.method} {call.path}."}}, 404))
        worded = None if plan.behaviour == "ok" or plan.behaviour in ON_THE_WAY else plan.behaviour
        if plan.behaviour in UNBILLED:
            return self._send(_page(plan.details))
        if "json" in plan.details:  # word for word what a test wants to be said, and no bill
            words = answer(plan.details["json"], int(plan.details.get("status", 200)))
            return self._send(replace(words, headers=plan.details.get("headers", {})))
        counted = self.simulator.metered(call.vendor) if route.plans else None
        details = plan.details
        if counted and counted[0]:
            worded, details = "rate_limited", {"retry_after": f"{counted[0]:.3f}"}
        said = route.handle(call, worded, details)
        said = replace(said, headers={**said.headers, **(counted[1] if counted else {})})
        call.status = said.status
        said = replace(said, headers={**said.headers, **plan.details.get("limits", {})})
        if said.charge is not None:
            self.simulator.bill(call, said.charge)
        self._on_the_way(said, plan)

    def _on_the_way(self, said: Answer, plan: Plan) -> None:
        match plan.behaviour:
            case "slow":
                self.simulator.release().wait(float(plan.details.get("seconds", 30)))
            case "drip":
                return self._drip(said, plan.details)
            case "cut":
                return self._cut(said, plan.details)
            case "empty":
                said = Answer(status=said.status, headers=said.headers, media_type=said.media_type)
            case "corrupt":
                half = said.body[: len(said.body) // 2] + b"\x00\xff}"
                said = Answer(status=said.status, headers=said.headers, body=half, media_type=said.media_type)
            case "huge_json":
                body = b'{"padding": "' + b"x" * int(plan.details.get("bytes", HUGE)) + b'"}'
                said = Answer(body=body, headers=said.headers)
            case "deep_json":
                said = Answer(body=b'{"data": ' * DEEP + b"1" + b"}" * DEEP, headers=said.headers)
        self._send(said)

    def _send(self, said: Answer) -> None:
        with suppress(OSError):  # the caller may have hung up
            self._head(said)
            self.wfile.write(said.body)

    def _head(self, said: Answer) -> None:
        self.send_response(said.status)
        for name, value in {"Content-Type": said.media_type, **said.headers}.items():
            self.send_header(name, str(value))
        self.send_header("Content-Length", str(len(said.body)))
        self.end_headers()

    def _drip(self, said: Answer, details: Mapping[str, Any]) -> None:
        """The head at once, then a byte every `pause` seconds: no read ever waits long, the whole never ends."""
        pause, release = float(details.get("pause", 0.05)), self.simulator.release()
        with suppress(OSError):
            self._head(said)
            for at in range(min(len(said.body), round(float(details.get("seconds", 30)) / pause))):
                self.wfile.write(said.body[at : at + 1])
                self.wfile.flush()
                if release.wait(pause):
                    break
        self._break()

    def _cut(self, said: Answer, details: Mapping[str, Any]) -> None:
        """The connection breaks: `at` "start", before a byte was answered, or "body", half way through it."""
        if details.get("at", "body") == "body":
            with suppress(OSError):
                self._head(said)
                self.wfile.write(said.body[: len(said.body) // 2])
                self.wfile.flush()
        self._break()

    def _break(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            self.connection.close()


def _page(details: Mapping[str, Any]) -> Answer:
    """What a gateway or a captive portal says instead of the vendor."""
    status, headers = int(details.get("status", 502)), {}
    if "location" in details:
        headers["Location"] = str(details["location"])
    body = b"<!doctype html><html><head><title>Bad gateway</title></head><body><h1>502</h1></body></html>"
    return Answer(status=status, body=body, media_type="text/html", headers=headers)
