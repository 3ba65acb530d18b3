"""Makes database pools safe to fork (django-q2 forks its processes, and a pool's threads and sockets stay with the parent) and loads the checks."""

import os

from django.apps import AppConfig
from django.db import connection

from pipeline import checks as checks


class PipelineConfig(AppConfig):
    name = "pipeline"

    def ready(self) -> None:
        pools = getattr(connection, "_connection_pools", None)  # of the class; SQLite has none
        if pools is not None:
            os.register_at_fork(after_in_child=pools.clear)
