"""`./dev bench`: measurements that need a database of their own."""

import os
import subprocess
from pathlib import Path

from . import paths
from .databases import Databases
from .python_env import environment
from .say import Stop, say

SCRIPT = paths.TOP / "bench" / "knowledge.py"
SCALE_SCRIPT = paths.TOP / "bench" / "knowledge_scale.py"
RUNS = paths.LOCAL / "bench"


def knowledge_data(folder):
    """The folder of the public sets, or a sentence that says what is missing."""
    data = Path(folder).resolve()
    if not (data / "score_run.py").is_file():
        raise Stop(
            f"There are no sets of questions in {data}: it needs score_run.py and a folder with"
            " docs.jsonl.gz, queries.jsonl and qrels.tsv for each set. They are not part of Campo"
            " (one of them may not be shipped); docs/knowledge-bench.md says where they come from."
        )
    return data


def run_knowledge(server, data, sets, every, *, encoder=True):
    """Measure how well the search finds; return the exit status."""
    RUNS.mkdir(exist_ok=True)
    code = _run(
        server,
        SCRIPT,
        {
            "CAMPO_BENCH_DATA": str(data),
            "CAMPO_BENCH_RUNS": str(RUNS),
            "CAMPO_BENCH_SETS": sets,
            "CAMPO_BENCH_EVERY": str(every),
            "CAMPO_BENCH_ENCODER": "1" if encoder else "0",
        },
    )
    say(f"The runs: {RUNS}")
    return code


def run_knowledge_scale(server, entries, kept=None):
    """Measure how long the search takes with made-up entries; return the exit status.

    :param kept: name of a database to go on with, which stays; by default one that is dropped
    """
    if not all(size.isdigit() and int(size) for size in entries.split(",")):
        raise Stop("How many entries? For instance --entries 10000,100000")
    return _run(server, SCALE_SCRIPT, {"CAMPO_BENCH_ENTRIES": entries}, kept)


def _run(server, script, variables, kept=None):
    """Run a script in the shell of a copy of the bare database, which is dropped afterwards.

    :param kept: name of a database that is used instead and stays; it is made if it is not there,
        and updated if Campo's addons have changed
    """
    databases = Databases(server)
    database = kept or f"campo_bench_{os.getpid()}"
    try:
        if kept:
            databases.ensure_kept(kept)
        else:
            databases.copy(databases.ensure_template("bare"), database)
        command = [paths.PYTHON, "-m", "odoo", "shell", "-c", paths.CONFIG, "-d", database]
        with script.open("rb") as lines:
            return subprocess.run(
                [*command, "--no-http", "--log-level=warn"],
                stdin=lines,
                env=environment() | server.environment() | variables,
                cwd=paths.TOP,
                check=False,
            ).returncode
    finally:
        if not kept:
            databases.drop(database)
