"""Makes database pools safe to fork (django-q2 forks its processes, and a pool's threads and sockets stay with the parent) and loads the checks."""

import os

from django.apps import AppConfig
from django.db.backends.postgresql.base import DatabaseWrapper

from pipeline import checks as checks


class PipelineConfig(AppConfig):
    name = "pipeline"

    def ready(self) -> None:
        os.register_at_fork(after_in_child=DatabaseWrapper._connection_pools.clear)  # type: ignore[attr-defined]  # missing in the stubs
