"""The ASGI application that daphne serves: HTTP behind a cap on bodies, and sockets."""

import os

import django
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup(set_prefix=False)  # loads the apps, which the imports below need

from config.not_found import refuse_socket  # noqa: E402
from config.synchronous_handler import SynchronousHandler  # noqa: E402
from foundation.body_limit import BodyLimit  # noqa: E402
from localization import daphne_protocol  # noqa: E402
from localization.routing import websocket_urlpatterns  # noqa: E402

daphne_protocol.install()

application = ProtocolTypeRouter(
    {
        "http": BodyLimit(SynchronousHandler(), limit=settings.BODY_LIMIT),
        "websocket": URLRouter([*websocket_urlpatterns, *refuse_socket]),
    }
)
