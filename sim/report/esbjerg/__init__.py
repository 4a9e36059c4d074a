"""The Esbjerg trial for readers: five figures, a page, and the lines of the README."""
