"""Back-translation without any account: Apertium from English to Spanish and back, judged by the checks. Where it is installed; in CI it must be."""

import json

import pytest

from engines.models import ModelConfig
from engines.pipeline_config import StageId
from foundation.clock import database_now
from localization.models import Job
from organizations.models import Organization
from tests.drain import drain_queue
from tests.engines.test_translate_with_apertium import installed
from tests.factories import make_engine
from tests.localization.steps import make_group

__all__ = ["installed"]

pytestmark = pytest.mark.django_db


def test_spanish_goes_back_to_english_and_what_reads_alike_is_no_issue(organization: Organization) -> None:
    engine = make_engine(organization, provider="apertium")
    ModelConfig.objects.filter(engine=engine).update(source_locale="en", target_locale="es", model="eng-spa")
    ModelConfig.objects.create(engine=engine, source_locale="es", target_locale="en", provider="apertium", model="spa-eng", rank=1)
    now = database_now()
    make_group(organization, "es", stages=[StageId.BACK_TRANSLATION], data={"a": "The house is red", "b": "Fasten your seat belt, {name}."}, now=now)

    drain_queue(now=now)

    [localize, back] = Job.objects.get().steps.order_by("id")
    detail = json.loads(back.detail)
    assert json.loads(localize.output or "")["a"] == "La casa es roja"
    assert (back.status, detail["backTranslatedBy"], detail["judgedBy"]) == ("completed", "apertium:spa-eng", "checks")
    assert detail["issues"] == []
    assert back.output == localize.output
