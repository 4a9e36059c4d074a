"""From a table of spells to baseline rates: reading, judging, estimating, and what was observed."""
