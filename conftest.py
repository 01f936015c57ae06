"""Settings of every check: processes stay inside the project, and figures are compared rather than written."""

import os

from hypothesis import HealthCheck, settings

import run

run.settle()
os.environ.update(
    FIGURES_CHECK="1",
    PYTEST_DEBUG_TEMPROOT=str(run.CACHE),  # temporary folders
    HYPOTHESIS_STORAGE_DIRECTORY=str(run.CACHE / "hypothesis"),
)
# A slow machine is no fault.
settings.register_profile("project", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("project")
