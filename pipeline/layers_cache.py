"""The layers of engines that a drain used lately, read again when the engine or a provider key of its organization has changed."""

from collections.abc import Collection

from engines.layers import Layers, load_layers, load_stamps

GONE = Layers(version=0)


class LayersCache:
    """One query a look for engines that have not changed."""

    def __init__(self) -> None:
        self._layers: dict[str, Layers] = {}

    def load(self, engine_ids: Collection[str]) -> dict[str, Layers]:
        """The layers of each engine as they are now. An engine that is gone has empty layers: its stage fails with a sentence."""
        if not engine_ids:
            return {}
        stamps = load_stamps(engine_ids)
        stale = [key for key in engine_ids if key in stamps and (key not in self._layers or self._layers[key].stamp != stamps[key])]
        if stale:
            self._layers.update(load_layers(stale))
        return {key: self._layers.get(key, GONE) if key in stamps else GONE for key in engine_ids}
