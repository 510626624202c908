"""Recordings in the window: list, poses over the video, measuring, notes, clock and views."""
