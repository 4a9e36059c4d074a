"""The story of the Esbjerg trial in five tables, by exact expectations: no luck, no simulation."""
