"""The layers of the engines that this process translated with lately. One query says whether they are still as they are stored."""

from engines.layers import Layers, load_layers, read_state
from engines.models import Engine
from foundation.api_errors import NotFound

KEPT = 100  # engines

_recent: dict[str, tuple[tuple[object, ...], Layers]] = {}


def layers_of(engine: Engine) -> Layers:
    """Read again after any change. Raises NotFound for an engine that was deleted in this moment."""
    state = read_state(engine.pk)
    known = _recent.pop(engine.pk, None)
    # The state is read before the layers: what changes in between is read again with the next call, not missed.
    layers = known[1] if known and known[0] == state else load_layers([engine.pk]).get(engine.pk)
    if layers is None or state is None:
        raise NotFound("engine", engine.pk)
    _recent[engine.pk] = (state, layers)  # the last used come last
    for forgotten in list(_recent)[:-KEPT]:
        _recent.pop(forgotten, None)
    return layers
