"""Uploaded files on their way to the disk: cut off at the limit, not after it."""

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadhandler import TemporaryFileUploadHandler

from designer.assets.blobs import refusal
from teams.base.errors import Refused


class Stopped(Refused, SuspiciousOperation):
    """A refusal in the middle of reading a form; Django hands one of its own kind to its handler of bad requests."""


class LimitedUploadHandler(TemporaryFileUploadHandler):
    """Raises Stopped as soon as a file passes UPLOAD_MAX_BYTES, and when there is no room for it."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) > settings.UPLOAD_MAX_BYTES:
            message = f"The file is larger than {settings.UPLOAD_MAX_BYTES >> 20} MiB."
            raise Stopped("too_large", message, field="file", remedy="Scale it down.", status=413)
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError as error:
            said = refusal(error)
            raise Stopped(
                said.code, said.message, field="file", remedy=said.remedy, status=said.status, **said.facts
            ) from error
