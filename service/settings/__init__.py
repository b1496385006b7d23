"""The settings: one frozen object, every field with its default and meaning; all faults are reported at once.

A value comes from a command's flag, else from the environment (`POOLGATE_` and the field's name in capitals), else it
is the default. An empty variable counts as absent.
"""

from service.settings.fields import DEMO_URL, Settings
from service.settings.load import load_settings
from service.settings.names import APP_PREFIX, FLAGS, PREFIX, SECRETS, variable
from service.settings.shown import Described, describe, show

__all__ = [
    "APP_PREFIX",
    "DEMO_URL",
    "FLAGS",
    "PREFIX",
    "SECRETS",
    "Described",
    "Settings",
    "describe",
    "load_settings",
    "show",
    "variable",
]
