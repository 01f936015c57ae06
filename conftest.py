"""Settings of every check: kernels stay inside the project, and figures are compared rather than written."""

import os

from run import CACHE, environment

CACHE.mkdir(exist_ok=True)
os.environ.update(environment(), FIGURES_CHECK="1")
