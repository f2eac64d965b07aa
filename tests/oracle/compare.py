"""Records a program with escope and with the reference recorder, and compares them.

By hand: `python -m tests.oracle.compare script.py [args]`, or with `--include pkg -m module`.
"""

from __future__ import annotations

import argparse
import collections
import dataclasses
import importlib.util
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import escope_tui as escope

from . import align, statements, values
from .reference import INJECTED
from .refread import Reference

REFERENCE = Path(__file__).with_name("reference.py")
OTHER_KINDS = frozenset({"iteration"})
"""Kinds of steps that do not stand for a statement about to run."""


@dataclass
class Finding:
    """One difference, ready to print."""

    sort: str
    """wrong, missing, extra or marked."""
    step: int
    file: str
    line: int
    function: str
    variable: str
    expected: str
    seen: str

    def __str__(self) -> str:
        spot = f"{os.path.basename(self.file)}:{self.line} {self.function}"
        return (
            f"  {self.sort}: step {self.step} {spot} {self.variable}\n"
            f"      reference: {self.expected}\n      recorded:  {self.seen}"
        )


@dataclass
class Report:
    """The outcome of one program."""

    name: str
    steps: int = 0
    events: int = 0
    elements: int = 0
    aligned: int = 0
    missing_steps: list[tuple[str, int, str, int]] = field(default_factory=list)
    surplus_steps: list[tuple[str, int, str, int]] = field(default_factory=list)
    lost: list[tuple[str, str, int]] = field(default_factory=list)
    pairs: int = 0
    agree: int = 0
    wrong: int = 0
    missing: int = 0
    extra: int = 0
    marked: int = 0
    cut: int = 0
    early: int = 0
    findings: list[Finding] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def share(self) -> float:
        """The share of (step, variable) pairs that agree."""
        return self.agree / self.pairs if self.pairs else 0.0

    @property
    def clean(self) -> bool:
        """Whether nothing differs but values that are marked as uncertain."""
        bad = self.wrong + self.missing + self.extra
        return not (bad or self.missing_steps or self.problems) and self.pairs > 0

    def summary(self) -> str:
        """Return one line."""
        return (
            f"{self.name}: {self.share:.4%} of {self.pairs} pairs agree"
            f" (wrong {self.wrong}, missing {self.missing}, extra {self.extra},"
            f" marked {self.marked}, cut {self.cut}, cut early {self.early});"
            f" {self.aligned}/{self.elements} events have their step"
            f" (missing {len(self.missing_steps)}, surplus {len(self.surplus_steps)});"
            f" {self.steps} steps; {self.seconds:.1f} s"
        )

    def text(self, limit: int = 10) -> str:
        """Return the full report."""
        lines = [self.summary()]
        lines += [f"  PROBLEM: {text}" for text in self.problems]
        for title, spots in (("missing", self.missing_steps), ("surplus", self.surplus_steps)):
            if spots:
                counted = collections.Counter(
                    f"{os.path.basename(file)}:{line} {name}" for file, line, name, _ in spots
                )
                common = ", ".join(f"{spot} x{n}" for spot, n in counted.most_common(12))
                lines.append(f"  {title} steps: {common}")
        if self.lost:
            lines.append(f"  lost activations: {self.lost[:10]}")
        groups: dict[tuple[str, str], list[Finding]] = {}
        for finding in self.findings:
            name = finding.variable.rpartition(": ")[2].removeprefix("global ")
            groups.setdefault((finding.sort, name), []).append(finding)
        for group in list(groups.values())[:limit]:
            lines.append(str(group[0]) + (f"\n      x{len(group)}" if len(group) > 1 else ""))
        if len(groups) > limit:
            lines.append(f"  ... {len(groups) - limit} variables more")
        return "\n".join(lines)


@dataclass
class Target:
    """A program to be compared."""

    argv: list[str]
    """Script and arguments, or module and arguments."""
    module: bool = False
    include: list[str] = field(default_factory=list)
    roots: list[str] = field(default_factory=list)
    """Folders that the reference records; by default the script's folder."""
    every: int = 1
    max_values: int = 1_000_000
    stack: bool = True
    moment: bool = False
    ignored: frozenset[str] = frozenset()
    """Variables and attributes that differ between any two runs, such as times."""
    cwd: str | None = None
    env: dict[str, str] = field(default_factory=dict)
    stdin: str = ""
    timeout: float = 600.0

    def command(self) -> list[str]:
        """Return the part of a command line that names the program."""
        return (["-m"] if self.module else []) + self.argv

    def environment(self) -> dict[str, str]:
        """Return the environment that makes two runs alike."""
        base = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", **self.env}
        return base


def package_folder(name: str) -> str:
    """Return the folder (or file) of an installed package without importing it."""
    spec = importlib.util.find_spec(name.split(".")[0])
    if spec is None:
        raise ValueError(f"no package {name}")
    if spec.submodule_search_locations:
        return str(next(iter(spec.submodule_search_locations)))
    return str(spec.origin)


def run(command: list[str], target: Target) -> subprocess.CompletedProcess[bytes]:
    """Run one command on the target's terms."""
    return subprocess.run(
        command,
        input=target.stdin.encode(),
        capture_output=True,
        cwd=target.cwd,
        env=target.environment(),
        timeout=target.timeout,
        check=False,
    )


def record(target: Target, trace: Path) -> subprocess.CompletedProcess[bytes]:
    """Record the target with escope."""
    command = [sys.executable, "-m", "escope_tui", "record", "--force", "-o", str(trace)]
    for include in target.include:
        command += ["--include", include]
    return run(command + target.command(), target)


def reference(target: Target, out: Path) -> subprocess.CompletedProcess[bytes]:
    """Run the target under the reference recorder."""
    command = [sys.executable, str(REFERENCE), "--every", str(target.every)]
    command += ["--max-values", str(target.max_values)]
    roots = target.roots or [package_folder(name) for name in target.include]
    if not roots:
        roots = [os.path.dirname(os.path.realpath(os.path.join(target.cwd or "", target.argv[0])))]
    for root in roots:
        command += ["--root", root]
    command += ["--stack"] if target.stack else []
    command += ["--moment"] if target.moment else []
    command += ["-m"] if target.module else []
    return run([*command, str(out), *target.argv], target)


def recorded_activations(rec: Any) -> tuple[list[align.Activation], dict[int, int]]:
    """Cut the steps of a recording into frame activations; also step -> frame id."""
    found: dict[int, align.Activation] = {}
    frames: dict[int, int] = {}
    for index in range(len(rec)):
        step = rec[index]
        name = str(step.function).rpartition(".")[2]
        if step.kind in OTHER_KINDS or name in ("<genexpr>", "<listcomp>"):
            continue
        frame = step.frame_id
        frames[index] = frame
        activation = found.get(frame)
        if activation is None:
            file = os.path.realpath(str(step.file))
            activation = found[frame] = align.Activation(str(step.thread), file, name)
            if name == "<module>":
                activation.kind = "module"
        activation.raw.append((step.line, index))
        activation.columns[index] = int(getattr(step, "column", 0))
    return list(found.values()), frames


def _threads(activations: list[align.Activation]) -> dict[str, str]:
    """Number the threads by first appearance."""
    names: dict[str, str] = {}
    for activation in activations:
        names.setdefault(activation.thread, f"thread {len(names)}")
    return names


def compare(name: str, target: Target, folder: Path | None = None) -> Report:
    """Record a program both ways and compare."""
    report = Report(name)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(dir=folder) as temp:
        trace, rows = Path(temp, "trace.esr"), Path(temp, "reference.jsonl")
        plain = run([sys.executable, *target.command()], target)
        ours = record(target, trace)
        other = reference(target, rows)
        if other.stdout != plain.stdout and not target.moment:
            target = dataclasses.replace(target, moment=True)  # it minds what is kept alive
            other = reference(target, rows)
        if _code(ours) != _code(plain):
            report.problems.append(
                f"exit code {ours.returncode} recorded, {plain.returncode} plain\n"
                + ours.stderr.decode(errors="replace")[-1500:]
            )
        if ours.stdout != plain.stdout:
            report.problems.append("stdout of the recorded program differs from the plain one's")
        if b"the recording is not whole" in ours.stderr:
            report.problems.append(ours.stderr.decode(errors="replace")[-400:])
        if not trace.exists() or not rows.exists():
            report.problems.append("no trace: " + ours.stderr.decode(errors="replace")[-1500:])
            return report
        expected = Reference(rows).load()
        with escope.open(str(trace)) as rec:
            judge(report, expected, rec, target)
    report.seconds = time.monotonic() - began
    return report


def _code(done: subprocess.CompletedProcess[bytes]) -> int:
    return done.returncode if done.returncode >= 0 else 128 - done.returncode


def judge(report: Report, expected: Reference, rec: Any, target: Target) -> None:
    """Compare a finished recording with a finished reference."""
    tables = {}
    for file in expected.files:
        with open(file, "rb") as stream:
            tables[file] = statements.read(stream.read())  # type: ignore[arg-type]
    recorded, frames = recorded_activations(rec)
    wanted = list(expected.activations.values())
    for side in (recorded, wanted):
        names = _threads(side)
        for activation in side:
            activation.thread = names[activation.thread]
    found = align.match(tables, wanted, recorded)
    report.steps, report.events = len(rec), expected.events
    report.elements, report.aligned = found.elements, len(found.step_of)
    report.missing_steps, report.surplus_steps = found.missing, found.surplus
    report.lost = found.lost_activations
    identities = values.Identities()
    matched_frames: dict[int, int] = {}
    for moment in expected.moments():
        step = found.step_of.get(moment.event)
        if step is None:
            continue
        matched_frames[moment.activation] = frames[step]
        if target.moment:
            identities = values.Identities()
        comparer = values.Comparer(expected.objects, identities, target.ignored)
        comprehended = tables[expected.activations[moment.activation].file].comprehended
        _moment(report, moment, step, rec, comparer, matched_frames, target, comprehended)


def _moment(
    report: Report,
    moment: Any,
    step: int,
    rec: Any,
    comparer: values.Comparer,
    matched: dict[int, int],
    target: Target,
    comprehended: set[str],
) -> None:
    here = rec[step]
    sides: list[tuple[str, dict[str, Any], Any]] = []
    sides.append(("", moment.frames[-1][1], rec.locals(step)))
    if target.stack:
        frames = {int(frame.frame_id): frame for frame in rec.stack(step)}
        inner = frames.get(matched[moment.activation])
        for key, variables in moment.frames[:-1]:
            if isinstance(key, str):
                if inner is not None:
                    sides.append(("global ", variables, inner.globals))
                continue
            frame = frames.get(matched.get(key, -1))
            if frame is not None:
                sides.append((f"{frame.function}: ", variables, frame.locals))
    for prefix, wanted, got in sides:
        names = [*wanted, *(n for n in got if n not in wanted and n not in INJECTED)]
        for name in names:
            if name in target.ignored or name.startswith("@"):  # pytest's own, in test modules
                continue
            if prefix and name not in wanted and name in comprehended:
                continue  # bound by a comprehension that runs there, in a scope of its own
            report.pairs += 1
            spot = (step, here.file, here.line, str(here.function), prefix + name)
            if name not in got:
                report.missing += 1
                text = values.show(wanted[name])
                _keep(report, Finding("missing", *spot, text, "<no such variable>"))
                continue
            if name not in wanted:
                report.extra += 1
                text = str(got[name].summary())
                _keep(report, Finding("extra", *spot, "<no such variable>", text))
                continue
            verdict = comparer.variable(wanted[name], got[name])
            report.cut += verdict.cut
            report.early += verdict.early
            difference = verdict.difference
            if difference is None:
                report.agree += 1
                continue
            sort = "marked" if difference.marked else "wrong"
            report.marked += sort == "marked"
            report.wrong += sort == "wrong"
            variable = prefix + name + difference.path
            where = (*spot[:4], variable)
            _keep(report, Finding(sort, *where, difference.expected, difference.seen))


def _keep(report: Report, finding: Finding) -> None:
    if len(report.findings) < 5000:
        report.findings.append(finding)


def main() -> int:
    """Compare one program named on the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.oracle.compare")
    parser.add_argument("--include", action="append", default=[])
    parser.add_argument("--root", action="append", default=[])
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--max-values", type=int, default=1_000_000)
    parser.add_argument("--no-stack", action="store_true", help="the running frame only")
    parser.add_argument("--moment", action="store_true", help="the reference keeps nothing alive")
    parser.add_argument("--limit", type=int, default=10, help="how many variables to print")
    parser.add_argument("-m", action="store_true", dest="module")
    parser.add_argument("target", nargs=argparse.REMAINDER)
    args = parser.parse_args()
    target = Target(
        args.target,
        module=args.module,
        include=args.include,
        roots=args.root,
        every=args.every,
        max_values=args.max_values,
        stack=not args.no_stack,
        moment=args.moment,
    )
    report = compare(" ".join(args.target), target)
    print(report.text(args.limit))
    return 0 if report.clean else 1


if __name__ == "__main__":
    sys.exit(main())
