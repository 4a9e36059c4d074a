"""Calibration: effects fitted to published figures, each emulated as it was measured."""
