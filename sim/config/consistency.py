from __future__ import annotations


def check(values, origins, registry, whole):
    return [], []
