"""The API's description as a file."""

from functools import cache
from typing import cast

from django.http import HttpResponse
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class Description(SpectacularAPIView):
    """Anybody may ask for it and it takes seconds: a process writes each format once."""

    def _get_schema_response(self, request: Request) -> HttpResponse:
        renderer = request.accepted_renderer
        answer = HttpResponse(_written(type(renderer)))  # type: ignore[arg-type]  # a class has a hash
        answer["Content-Type"] = f"{renderer.media_type}; charset=utf-8"
        answer["Content-Disposition"] = f'inline; filename="designer-bff.{renderer.format}"'
        return answer


@cache
def _written(renderer: type[BaseRenderer]) -> bytes:
    description = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return cast(bytes, renderer().render(description, renderer_context={}))
