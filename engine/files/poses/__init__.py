"""Poses of animals: one model, read from SLEAP, DeepLabCut and NWB, and written to each."""
