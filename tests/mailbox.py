"""A mail server of the test's own, on a socket: it keeps what it takes, and may be told to refuse or to hang up."""

import email
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from typing import Final

GREETINGS: Final = {"EHLO": "250 hello", "HELO": "250 hello", "MAIL": "250 ok", "RCPT": "250 ok", "RSET": "250 ok"}


class Mailbox(socketserver.ThreadingTCPServer):
    """`taken`: the mails; `mood`: "take", "refuse" (no at the end of a mail) or "hang up" (silence there); `unknown`:
    addresses that it takes nothing for, and says `no` to."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Visit)
        self.taken: list[Message] = []
        self.mood = "take"
        self.unknown: set[str] = set()
        self.no = "550 no such mailbox"


class Visit(socketserver.StreamRequestHandler):
    server: Mailbox

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self) -> None:
        self.say("220 mailbox")
        while line := self.rfile.readline().decode().strip():
            word = line[:4].upper()
            if word == "DATA":
                self.say("354 go on")
                if not self.take():
                    return
            elif word == "RCPT" and any(address in line for address in self.server.unknown):
                self.say(self.server.no)
            else:
                self.say(GREETINGS.get(word, "221 bye"))
            if word == "QUIT":
                return

    def take(self) -> bool:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        if self.server.mood == "hang up":
            return False
        if self.server.mood == "refuse":
            self.say("451 not now")
            return True
        self.server.taken.append(email.message_from_bytes(b"".join(lines)))
        self.say("250 taken")
        return True


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()
