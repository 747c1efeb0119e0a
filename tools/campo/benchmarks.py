"""`./dev bench`: measurements that need a database of their own."""

import os
import subprocess
from pathlib import Path

from . import paths
from .databases import Databases
from .python_env import environment
from .say import Stop, say

SCRIPT = paths.TOP / "bench" / "knowledge.py"
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
    """Measure the search on a copy of the bare database; return the exit status."""
    databases = Databases(server)
    template = databases.ensure_template("bare")
    database = f"campo_bench_{os.getpid()}"
    RUNS.mkdir(exist_ok=True)
    try:
        databases.copy(template, database)
        command = [paths.PYTHON, "-m", "odoo", "shell", "-c", paths.CONFIG, "-d", database]
        with SCRIPT.open("rb") as script:
            code = subprocess.run(
                [*command, "--no-http", "--log-level=warn"],
                stdin=script,
                env=environment()
                | server.environment()
                | {
                    "CAMPO_BENCH_DATA": str(data),
                    "CAMPO_BENCH_RUNS": str(RUNS),
                    "CAMPO_BENCH_SETS": sets,
                    "CAMPO_BENCH_EVERY": str(every),
                    "CAMPO_BENCH_ENCODER": "1" if encoder else "0",
                },
                cwd=paths.TOP,
                check=False,
            ).returncode
    finally:
        databases.drop(database)
    say(f"The runs: {RUNS}")
    return code
