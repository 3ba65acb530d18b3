"""The layers that are lists of items: what their tabs are called and say, and where filters look. `engines.pages.layer_pages` shows them all."""

from dataclasses import dataclass

from engines.management.layer_kinds import Item, LayerKind
from engines.pages.item_forms import BrandVoiceForm, InstructionForm, ItemForm, TermForm


@dataclass(frozen=True, slots=True)
class LayerTab:
    """`one` and `many` name its items in sentences; `about` is said over the list; `texts` and `locales` are the columns that filters look into."""

    title: str
    one: str
    many: str
    about: str
    form: type[ItemForm]
    template_name: str
    texts: tuple[str, ...]
    locales: tuple[str, ...]

    @property
    def kind(self) -> LayerKind:
        return self.form.kind

    @property
    def url_name(self) -> str:
        """Of the list; those of its acts begin with it."""
        return f"engine-{self.kind.noun}"

    def name(self, item: Item) -> str:
        """What a sentence calls an item."""
        return f"“{item}”" if len(str(item)) <= 60 else f"“{str(item)[:59]}…”"


LAYER_TABS = (
    LayerTab(
        title="Glossary",
        one="term",
        many="terms",
        about="What terms become, or that they stay as they are. It goes before instructions and brand voices, and the checks hold models to it.",
        form=TermForm,
        template_name="engines/glossary.html",
        texts=("source_text", "target_text", "hint"),
        locales=("source_locale", "target_locale"),
    ),
    LayerTab(
        title="Instructions",
        one="instruction",
        many="instructions",
        about="Rules that every translation into a locale follows. The glossary goes before them, and they go before brand voices.",
        form=InstructionForm,
        template_name="engines/layer_texts.html",
        texts=("name", "text"),
        locales=("target_locale",),
    ),
    LayerTab(
        title="Brand voices",
        one="brand voice",
        many="brand voices",
        about="How the brand speaks, one voice for each locale. The glossary and the instructions go before it.",
        form=BrandVoiceForm,
        template_name="engines/layer_texts.html",
        texts=("text",),
        locales=("locale",),
    ),
)
