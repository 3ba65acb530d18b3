"""What the API answers: one serializer per message, used wherever that message is sent (contract §2.3, §2.4, §3.1)."""

import json
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from foundation.lease import WorkStatus
from foundation.rendering import RawJSON, wire_time
from localization.models import Job, JobGroup, Step
from localization.queries import result_of, usage_of_group, usage_of_job


class TimeField(serializers.DateTimeField):
    """ISO 8601, UTC, ending in `Z`."""

    def to_representation(self, value: Any) -> str:
        return wire_time(value)


@extend_schema_field({"type": "object", "additionalProperties": True})
class CustomerJSONText(serializers.Field[Any, Any, Any, Any]):
    """A payload that is kept as text and quoted as it is."""

    def to_representation(self, value: str) -> RawJSON:
        return RawJSON(value)


class TotalUsageSerializer(serializers.Serializer[Any]):
    """What model calls used. `costUsd` is null where a price is not known."""

    inputTokens = serializers.IntegerField(source="input_tokens")
    outputTokens = serializers.IntegerField(source="output_tokens")
    costUsd = serializers.FloatField(source="cost_usd", allow_null=True)


class UsageSerializer(TotalUsageSerializer):
    """Of one step, with the model that was asked last."""

    model = serializers.CharField()


class StepSerializer(serializers.Serializer[Step]):
    stepId = serializers.CharField(source="stage")
    type = serializers.SerializerMethodField()
    status = serializers.SerializerMethodField()
    errorMessage = serializers.SerializerMethodField()
    createdAt = TimeField(source="created_at")
    startedAt = TimeField(source="started_at", allow_null=True)
    completedAt = TimeField(source="completed_at", allow_null=True)
    attempts = serializers.IntegerField()
    usage = UsageSerializer(source="*")
    detail = serializers.SerializerMethodField()

    def get_type(self, step: Step) -> str:
        return "wait" if step.stage == "humanEdit" else "action"

    def get_status(self, step: Step) -> str:
        return "pending" if step.status == WorkStatus.READY else step.status

    def get_errorMessage(self, step: Step) -> str | None:
        return step.error or None

    def get_detail(self, step: Step) -> dict[str, Any]:
        detail: dict[str, Any] = json.loads(step.detail)
        detail.pop("known", None)  # what a retry continues from is not for show
        return detail


class JobSummarySerializer(serializers.Serializer[Job]):
    """A job as the answer to a submission names it."""

    id = serializers.CharField()
    targetLocale = serializers.CharField(source="target_locale")
    status = serializers.CharField()


class GroupJobSerializer(JobSummarySerializer):
    """A job as its group shows it."""

    warnings = serializers.ListField(child=serializers.CharField())
    createdAt = TimeField(source="created_at")
    completedAt = TimeField(source="completed_at", allow_null=True)


class JobItemSerializer(GroupJobSerializer):
    """A job in the list."""

    groupId = serializers.CharField(source="group_id")


class JobPageSerializer(serializers.Serializer[Any]):
    items = JobItemSerializer(many=True)
    nextCursor = serializers.CharField(allow_null=True)


class JobSerializer(serializers.Serializer[Job]):
    """One job whole; its steps are prefetched in the order they ran."""

    id = serializers.CharField()
    groupId = serializers.CharField(source="group_id")
    engineId = serializers.CharField(source="group.engine_id")
    sourceLocale = serializers.CharField(source="group.source_locale")
    targetLocale = serializers.CharField(source="target_locale")
    status = serializers.CharField()
    inputData = CustomerJSONText(source="group.source")
    outputData = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()
    warnings = serializers.ListField(child=serializers.CharField())
    steps = StepSerializer(many=True)
    usage = serializers.SerializerMethodField()
    createdAt = TimeField(source="created_at")
    startedAt = TimeField(source="started_at", allow_null=True)
    completedAt = TimeField(source="completed_at", allow_null=True)

    @extend_schema_field({"type": "object", "additionalProperties": True, "nullable": True})
    def get_outputData(self, job: Job) -> RawJSON | None:
        if job.status not in (Job.Status.COMPLETED, Job.Status.COMPLETED_WITH_WARNINGS):
            return None
        result = result_of(list(job.steps.all()))
        return None if result is None else RawJSON(result)

    @extend_schema_field(TotalUsageSerializer)
    def get_usage(self, job: Job) -> Any:
        return TotalUsageSerializer(usage_of_job(job)).data

    def get_error(self, job: Job) -> str | None:
        return job.error or None


class CreatedGroupSerializer(serializers.Serializer[JobGroup]):
    """The answer to a submission."""

    groupId = serializers.CharField(source="id")
    status = serializers.CharField()
    createdAt = TimeField(source="created_at")
    jobs = serializers.SerializerMethodField()

    @extend_schema_field(JobSummarySerializer(many=True))
    def get_jobs(self, group: JobGroup) -> list[dict[str, Any]]:
        # A hundred jobs by hand: a nested serializer would take as long as all the rest of the request.
        return [{"id": job.id, "targetLocale": job.target_locale, "status": job.status} for job in group.jobs.all()]


class GroupSerializer(serializers.Serializer[JobGroup]):
    """A group with its jobs, prefetched."""

    groupId = serializers.CharField(source="id")
    status = serializers.CharField()
    engineId = serializers.CharField(source="engine_id")
    sourceLocale = serializers.CharField(source="source_locale")
    totalJobs = serializers.IntegerField(source="total_jobs")
    completedJobs = serializers.IntegerField(source="completed_jobs")
    completedWithWarningsJobs = serializers.IntegerField(source="completed_with_warnings_jobs")
    failedJobs = serializers.IntegerField(source="failed_jobs")
    createdAt = TimeField(source="created_at")
    completedAt = TimeField(source="completed_at", allow_null=True)
    jobs = GroupJobSerializer(many=True)
    usage = serializers.SerializerMethodField()

    @extend_schema_field(TotalUsageSerializer)
    def get_usage(self, group: JobGroup) -> Any:
        return TotalUsageSerializer(usage_of_group(group)).data


class TicketSerializer(serializers.Serializer[Any]):
    ticket = serializers.CharField(source="text")
    expiresAt = TimeField(source="expires_at")
