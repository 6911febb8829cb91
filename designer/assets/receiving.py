"""Uploaded files on their way to the disk: cut off at the limit, not after it."""

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import TemporaryFileUploadHandler

from designer.assets.blobs import refusal
from teams.base.errors import Refused


class TooLarge(Refused, RequestDataTooBig):
    """A refusal to the API; to Django's own readers of a form a request that is too big."""


class LimitedUploadHandler(TemporaryFileUploadHandler):
    """Raises TooLarge as soon as a file passes UPLOAD_MAX_BYTES, Refused when there is no room for it."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) > settings.UPLOAD_MAX_BYTES:
            limit = settings.UPLOAD_MAX_BYTES >> 20
            message = f"The file is larger than {limit} MiB."
            raise TooLarge("too_large", message, field="file", remedy="Scale it down.", status=413)
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError as error:
            raise refusal(error) from error
