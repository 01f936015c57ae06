"""Small helpers behind the notebooks: read printed figures, load tables, compute, fit, draw, tell.

``printed``, ``growth``, ``productivity`` and ``trends`` are pure; only ``data`` reads tables, only ``figures`` writes
pictures; ``findings`` carries results as words from the notebooks to the overview and the README.
"""
