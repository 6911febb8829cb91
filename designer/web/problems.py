from django.views.defaults import bad_request, server_error  # noqa: F401
from rest_framework.views import exception_handler as handler  # noqa: F401
