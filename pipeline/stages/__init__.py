"""The stages, one file each, and the table that names them."""

from collections.abc import Mapping

from engines.pipeline_config import StageId
from pipeline.stages import back_translation, human_edit, localize, post_edit, pre_edit, rephrase
from pipeline.stages.base import Stage

STAGES: Mapping[StageId, Stage] = {
    StageId.PRE_EDIT: pre_edit.run,
    StageId.LOCALIZE: localize.run,
    StageId.HUMAN_EDIT: human_edit.run,
    StageId.POST_EDIT: post_edit.run,
    StageId.REPHRASE: rephrase.run,
    StageId.BACK_TRANSLATION: back_translation.run,
}
