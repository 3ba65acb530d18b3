"""Managing engines over REST: engines, their layers and pipeline, glossary files, provider credentials (contract §7).

`views*` validate, call one service and respond; `services*` write, each in a transaction of its own under the engine's row lock, so that an engine's
changes happen one after another. Whoever may see an engine may edit it (`engine:access`); what concerns the organization says so.
"""
