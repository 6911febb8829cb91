"""Uploaded files on their way to the disk: cut off at the limit, not after it."""

from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadhandler import TemporaryFileUploadHandler

from designer.assets.blobs import refusal
from teams.base.errors import Refused


class Stopped(Refused, SuspiciousOperation):
    """A refusal in the middle of reading a form; Django hands one of its own kind to its handler of bad requests."""


class LimitedUploadHandler(TemporaryFileUploadHandler):
    """Raises Stopped as soon as a file passes UPLOAD_MAX_BYTES, with the 21st file, and when there is no room."""

    most_files = 20
    remedy = "Send fewer."
    files = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        self.files += 1
        if self.files > self.most_files:
            message = f"At most {self.most_files:,} files at once."
            raise Stopped("too_many", message, field="file", remedy=self.remedy, status=413)
        super().new_file(*args, **kwargs)

    def check(self, start: int, size: int) -> None:
        """Raises Stopped if `size` more bytes after `start` of this file are too many."""
        if start + size > settings.UPLOAD_MAX_BYTES:
            message = f"The file is larger than {settings.UPLOAD_MAX_BYTES >> 20} MiB."
            raise Stopped("too_large", message, field="file", remedy="Scale it down.", status=413)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.check(start, len(raw_data))
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError as error:
            said = refusal(error)
            raise Stopped(
                said.code, said.message, field="file", remedy=said.remedy, status=said.status, **said.facts
            ) from error


class PortfolioUploadHandler(LimitedUploadHandler):
    """For a whole portfolio: many files, and archives of them, within PORTFOLIO_MAX_BYTES together."""

    most_files = 300  # each is an open file until the answer
    remedy = "Put them into a ZIP."
    total = 0

    def check(self, start: int, size: int) -> None:
        self.total += size
        if self.total > settings.PORTFOLIO_MAX_BYTES:
            message = f"A portfolio may be {settings.PORTFOLIO_MAX_BYTES >> 20} MiB at once."
            raise Stopped("too_large", message, field="file", remedy="Send it in parts.", status=413)
