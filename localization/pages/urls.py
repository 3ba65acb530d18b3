"""Addresses of the pages about jobs, below the organization's."""

from django.urls import path

from localization.pages.group import CancelGroup, GroupPage, SubmitAgain
from localization.pages.job import JobOutput, JobPage, ReplayDelivery
from localization.pages.jobs import JobsPage
from localization.pages.new import NewJobPage
from localization.pages.pipeline import PipelinePage

urlpatterns = [
    path("orgs/<str:organization_id>/jobs", JobsPage.as_view(), name="jobs"),
    path("orgs/<str:organization_id>/jobs/new", NewJobPage.as_view(), name="new-job"),
    path("orgs/<str:organization_id>/jobs/groups/<str:group_id>", GroupPage.as_view(), name="job-group"),
    path("orgs/<str:organization_id>/jobs/groups/<str:group_id>/cancel", CancelGroup.as_view(), name="cancel-group"),
    path("orgs/<str:organization_id>/jobs/groups/<str:group_id>/again", SubmitAgain.as_view(), name="submit-again"),
    path("orgs/<str:organization_id>/jobs/<str:job_id>", JobPage.as_view(), name="job"),
    path("orgs/<str:organization_id>/jobs/<str:job_id>/output.json", JobOutput.as_view(), name="job-output"),
    path("orgs/<str:organization_id>/jobs/<str:job_id>/replay/<str:delivery_id>", ReplayDelivery.as_view(), name="replay-delivery"),
    path("orgs/<str:organization_id>/engines/<str:engine_id>/pipeline", PipelinePage.as_view(), name="engine-pipeline"),
]
