"""Small helpers behind the notebooks: read printed figures, load tables, compute, fit, draw, tell.

``printed``, ``growth``, ``productivity`` and ``trends`` are pure; only ``data`` reads tables, only ``figures`` writes
pictures; ``words`` carries sentences in two languages; ``documents`` is a command line, ``pages`` makes the READMEs.
"""
