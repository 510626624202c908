"""Figures as data: described once, drawn by the window and by the export alike."""
