"""The stages, one file each, and the table that names them."""

from collections.abc import Mapping

from engines.pipeline_config import StageId
from pipeline.stages import localize
from pipeline.stages.base import Stage

STAGES: Mapping[StageId, Stage] = {StageId.LOCALIZE: localize.run}
