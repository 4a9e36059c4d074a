"""The commands of `samtale`."""
