"""The documents of docs/ that are made, not written: parameters, assumptions, validation, changes."""
