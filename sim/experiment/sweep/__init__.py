"""Sweeps: many points of a grid, each replication of each kept at once as a file of its own."""
