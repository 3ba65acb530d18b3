"""What an operator and a load balancer ask: is the database there, is work being done, how long does it wait."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count
from drf_spectacular.utils import extend_schema
from prometheus_client import REGISTRY
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.clock import database_now
from localization import drains
from localization.models import Step
from localization.serializers import TimeField
from pipeline.due import oldest_due
from webhooks.models import Delivery

UNFINISHED = ("ready", "running", "waiting")


class HealthSerializer(serializers.Serializer[Any]):
    status = serializers.CharField()  # ok, or stalled where work waits and no worker reports
    database = serializers.CharField()
    oldestReadySeconds = serializers.FloatField()
    lastHeartbeatAt = TimeField(allow_null=True)
    drains = serializers.IntegerField()


def read_health(now: datetime) -> dict[str, Any]:
    """The figures of `/health`. Three queries for the ages, two for the drains."""
    oldest = oldest_due(now=now)
    age = 0.0 if oldest is None else max(0.0, (now - oldest).total_seconds())
    live = drains.count_live(now=now)
    stalled = age > 60 and not live
    return {
        "status": "stalled" if stalled else "ok",
        "database": connection.vendor,
        "oldestReadySeconds": round(age, 3),
        "lastHeartbeatAt": drains.last_beat(),
        "drains": live,
    }


class HealthView(APIView):
    """No key needed. 200 while the database answers, also when no worker does: restarting the web would not help."""

    authentication_classes = ()
    permission_classes = ()

    @extend_schema(operation_id="health", tags=["Operations"], summary="Health", responses=HealthSerializer, auth=[])
    def get(self, request: Request) -> Response:
        return Response(HealthSerializer(read_health(database_now())).data)


class WorkCollector(Collector):
    """Gauges of the work rows, read when they are asked for."""

    def describe(self) -> list[GaugeMetricFamily]:
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        health = read_health(database_now())
        yield GaugeMetricFamily("interlinear_oldest_ready_seconds", "Age of the oldest due step or delivery", health["oldestReadySeconds"])
        yield GaugeMetricFamily("interlinear_drains", "Live worker processes with work", health["drains"])
        rows = GaugeMetricFamily("interlinear_work_rows", "Unfinished work rows", labels=["kind", "status"])
        for kind, model in (("step", Step), ("delivery", Delivery)):
            counts = dict(model.objects.filter(status__in=UNFINISHED).values_list("status").annotate(total=Count("id")))
            for status in UNFINISHED:
                rows.add_metric([kind, status], counts.get(status, 0))
        yield rows


def register_metrics() -> None:
    """Once per process."""
    REGISTRY.register(WorkCollector())
