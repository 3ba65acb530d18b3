"""The layers of engines that a drain used lately, read again when an engine's version has moved."""

from collections.abc import Collection

from engines.layers import Layers, load_layers
from engines.models import Engine

GONE = Layers(version=0)


class LayersCache:
    """One query a look for engines that have not changed."""

    def __init__(self) -> None:
        self._layers: dict[str, Layers] = {}

    def load(self, engine_ids: Collection[str]) -> dict[str, Layers]:
        """The layers of each engine as they are now. An engine that is gone has empty layers: its stage fails with a sentence."""
        if not engine_ids:
            return {}
        versions = dict(Engine.objects.filter(id__in=engine_ids).values_list("id", "layers_version"))
        stale = [key for key in engine_ids if key not in self._layers or self._layers[key].version != versions.get(key)]
        if stale:
            self._layers.update(load_layers(stale))
        return {key: self._layers[key] if key in versions else GONE for key in engine_ids}
