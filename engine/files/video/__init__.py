"""Recordings frame by frame: videos by presentation time, images by name."""
