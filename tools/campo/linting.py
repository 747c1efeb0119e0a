"""`./dev lint`: every static check, through pre-commit and its pinned local hooks."""

import subprocess

from . import paths
from .python_env import environment


def run_lint(arguments):
    """Run pre-commit on all files; return its exit status."""
    env = environment() | {"PRE_COMMIT_HOME": str(paths.HOOKS)}
    command = [paths.VENV / "bin" / "pre-commit", "run", "--all-files", *arguments]
    if not arguments:
        command.append("--show-diff-on-failure")
    return subprocess.run(command, env=env, cwd=paths.TOP, check=False).returncode
