"""How much an answer depends on what is not known, beside how much it depends on chance."""
