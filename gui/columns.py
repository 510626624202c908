"""The widths of side columns, remembered between starts."""

from __future__ import annotations

from functools import partial

from gui.settings import SettingsStore
from gui.tabs.base import Tab
from gui.widgets.side_column import SideColumn


def remember_columns(tab: Tab, settings: SettingsStore) -> None:
    """Give the columns of a tab the widths they were dragged to, and keep what comes."""
    kept = settings.settings.column_widths
    for column in tab.findChildren(SideColumn):
        name = f"{tab.name}.{column.side}"
        column.wanted_px = kept.get(name, column.wanted_px)
        column.width_chosen.connect(partial(_keep, settings, name))


def _keep(settings: SettingsStore, name: str, width_px: int) -> None:
    widths = {**settings.settings.column_widths, name: width_px}
    settings.update(column_widths=widths)
