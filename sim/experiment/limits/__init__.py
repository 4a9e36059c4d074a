"""Limiting cases of the model, whose answers are known exactly."""
