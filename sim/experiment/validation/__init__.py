"""Validation: every published figure beside what the model gives, and a verdict on each."""
