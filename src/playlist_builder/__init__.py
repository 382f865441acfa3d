"""Turns a soundtrack's track listing into a playlist on a streaming service, in order, and keeps it so."""

__version__ = "1.0.0"
