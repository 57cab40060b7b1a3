"""`./dev bench`: this service beside what its users would pick instead, on the same rows.

PostgreSQL is started, filled, and stopped again; each server runs in turn, with one worker. It
answers as the others do, or is named; then it is loaded, and the table says what a request costs.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from typing import Annotated

import typer

from bench import table
from bench.catalogue import PEERS_DEFAULT, read_peers, read_workloads
from bench.database import running
from bench.in_process import measured as executions
from bench.measuring import Plan, Run
from bench.packages import check_tools, install
from bench.places import Stopped

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def bench(
    *,
    peers: Annotated[
        str, typer.Option(help="Servers, by comma, or `all`; bench/peers.toml lists them.")
    ] = ",".join(PEERS_DEFAULT),
    workloads: Annotated[
        str,
        typer.Option(
            help="As W1,W3; bench/workloads.toml lists them. All by default, and then what an "
            "execution costs in process."
        ),
    ] = "",
    in_process: Annotated[
        bool, typer.Option("--in-process", help="Only what an execution costs in process.")
    ] = False,
    seconds: Annotated[int, typer.Option(help="How long a window is.", min=1)] = 4,
    conns: Annotated[str, typer.Option(help="Connections, by comma: a window for each.")] = "16",
    rounds: Annotated[int, typer.Option(help="How often every server has its turn.", min=1)] = 2,
    verify: Annotated[
        bool, typer.Option("--verify", help="Compare answers, load nothing.")
    ] = False,
    write: Annotated[
        bool, typer.Option("--write", help="Put the table into docs/performance.md.")
    ] = False,
) -> None:
    """Measure, and print the table."""
    # Asked to stop, as by ^C: what was started is stopped, and what was measured is shown.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        if in_process:
            print(executions().aligned())
            return
        plan = Plan(
            peers=read_peers([] if peers == "all" else peers.split(",")),
            workloads=read_workloads([name for name in workloads.split(",") if name]),
            conns=tuple(int(each) for each in conns.split(",")),
            seconds=seconds,
            rounds=rounds,
            verify_only=verify,
        )
        check_tools()
        install(plan.peers)
        flaws = _run(plan, write=write, is_whole=not (workloads or verify))
    except Stopped as stopped:
        sys.exit(f"bench: {stopped}")
    sys.exit(f"bench: {len(flaws)} of the lines above begin with !!" if flaws else 0)


def _run(plan: Plan, *, write: bool, is_whole: bool) -> list[str]:
    """Returns what was not as it should be."""
    with running() as postgres:
        version = asyncio.run(postgres.version())
        run = Run(plan, postgres)
        try:
            run.measure()
        except KeyboardInterrupt:
            is_whole = False
            print("Stopped; what was measured until here:", flush=True)
    tables = [table.of_requests(table.best(run.windows))] if run.windows else []
    if is_whole:
        tables.append(executions())
    for each in tables:
        print(each.aligned(), end="\n\n")
    if tables and write:
        table.write(table.page(plan, tables, version))
    return run.flaws


app()
