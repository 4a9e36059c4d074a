"""The compiled engine: the rules of ``sim.rules`` driven by a loop that Numba compiles."""
