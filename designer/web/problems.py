"""Errors as answers (RFC 9457)."""
from django.views.defaults import bad_request, page_not_found, permission_denied, server_error
from rest_framework.views import exception_handler

handler = exception_handler
forbidden = permission_denied
not_found = page_not_found
__all__ = ["bad_request", "forbidden", "handler", "not_found", "server_error"]
