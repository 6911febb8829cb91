"""The ASGI entry: HTTP by Django, but for the stream of events; /ws/ by Channels."""

import gc
import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "designer.settings")
django_application = get_asgi_application()

from channels.routing import ProtocolTypeRouter  # noqa: E402  (models may be imported only after setup)

import designer.urls  # noqa: E402, F401  (all of it: the first request is not to wait for it)
from designer.realtime.routing import websocket_application  # noqa: E402
from designer.realtime.stream import or_else  # noqa: E402

application = ProtocolTypeRouter({"http": or_else(django_application), "websocket": websocket_application})

# What was loaded stays for good: the collector went through all of it in the middle of a request, 150 ms each time.
gc.collect()
gc.freeze()
