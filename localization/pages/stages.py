"""How stages are called where people read."""

from engines.pipeline_config import StageId

STAGE_NAMES = {
    StageId.PRE_EDIT: "Pre-edit",
    StageId.LOCALIZE: "Localize",
    StageId.HUMAN_EDIT: "Human edit",
    StageId.POST_EDIT: "Post-edit",
    StageId.REPHRASE: "Rephrase",
    StageId.BACK_TRANSLATION: "Back-translation",
}
STAGE_MEANINGS = {
    StageId.PRE_EDIT: "A model corrects typos and grammar of the source, once for all locales.",
    StageId.LOCALIZE: "The engine translates. Always runs.",
    StageId.HUMAN_EDIT: "A person approves or edits the translation.",
    StageId.POST_EDIT: "A model reconciles the person's edit with glossary, instructions and voice.",
    StageId.REPHRASE: "A model rewrites the translation to read like native copy.",
    StageId.BACK_TRANSLATION: "Translates back, compares with the source, corrects what is serious.",
}
