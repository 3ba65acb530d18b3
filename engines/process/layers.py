"""The layers of the engines that this process translated with lately. One query says whether they are still as they are stored."""

from engines.layers import Layers, load_layers, load_stamps
from engines.models import Engine
from foundation.api_errors import NotFound

KEPT = 100  # engines

_recent: dict[str, Layers] = {}


def layers_of(engine: Engine) -> Layers:
    """Read again after any change. Raises NotFound for an engine that was deleted in this moment."""
    stamp = load_stamps([engine.pk]).get(engine.pk)
    layers = _recent.get(engine.pk)
    if stamp is None or layers is None or layers.stamp != stamp:
        layers = load_layers([engine.pk]).get(engine.pk)
    if layers is None:
        raise NotFound("engine", engine.pk)
    _recent.pop(engine.pk, None)
    _recent[engine.pk] = layers  # the last used come last
    for forgotten in list(_recent)[:-KEPT]:
        _recent.pop(forgotten, None)
    return layers
