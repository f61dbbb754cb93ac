#!/usr/bin/env python3
"""The three commands of the README, for three experiments: sample, compute by other means in Python, check.

Usage: independent.py CALOR SOURCE_ROOT
Status 77 (skipped) where no Python has NumPy and SciPy.
"""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

PROBE = "import numpy, scipy, tomllib"
SAME = """
import csv, hashlib, json, sys, numpy
folder = sys.argv[1] + '/'
about = json.load(open(folder + 'samples.json'))
for file in about['files']:
    data = open(folder + file['name'], 'rb').read()
    assert hashlib.sha256(data).hexdigest() == file['sha256'] and len(data) == file['bytes'], file
    if file['name'].endswith('.npy'):
        array = numpy.load(folder + file['name'])
        assert list(array.shape) == file['shape'] and array.dtype == numpy.float64, file
t, theta, x, b = (numpy.load(folder + name + '.npy') for name in ('t', 'theta', 'x', 'b'))
rows = list(csv.reader(open(folder + 'samples.csv')))
assert rows[0] == about['columns']
table = numpy.array([[float(cell) for cell in row] for row in rows[1:]])
replicates, times = theta.shape[:2]
assert numpy.array_equal(table[:, 0], numpy.repeat(numpy.arange(replicates) + about['first'], times))
assert numpy.array_equal(table[:, 1], numpy.tile(t, replicates))
same = [theta.reshape(replicates * times, -1), x.reshape(replicates * times, -1), numpy.repeat(b.reshape(replicates, -1), times, 0)]
assert numpy.array_equal(table[:, 2:], numpy.hstack(same))
"""


def python():
    """A Python that has what the other implementation needs."""
    for name in (sys.executable, "/usr/bin/python3"):
        if shutil.which(name) and subprocess.run([name, "-c", PROBE], stderr=subprocess.DEVNULL).returncode == 0:
            return name
    return None


def main(calor, root):
    snake = python()
    if snake is None:
        print("NumPy, SciPy or Python 3.11 is not installed (Debian: python3-numpy python3-scipy): skipped")
        return 77
    other = pathlib.Path(root) / "validation/python/independent.py"
    failed = 0
    with tempfile.TemporaryDirectory() as place:
        for name in ("coin", "gaussian", "one_bit"):
            experiment = pathlib.Path(root) / f"validation/experiments/{name}.toml"
            samples, estimates = f"{place}/{name}", f"{place}/{name}.csv"
            subprocess.run([calor, "sample", experiment, "--replicates", "500", "--first", "7", "--output", samples], check=True)
            subprocess.run([snake, "-c", SAME, samples], check=True)
            subprocess.run([snake, other, samples, estimates], check=True)
            verdict = subprocess.run([calor, "check", samples, estimates, "--lre", "8"], text=True, stdout=subprocess.PIPE)
            print(name, verdict.stdout[verdict.stdout.index("\n\n"):], flush=True)
            failed += verdict.returncode != 0
        for name in ("gaussian_3d", "annealed_coin", "horse_kicks", "ladder", "sgld_stream"):  # what it cannot do, it says
            experiment = pathlib.Path(root) / f"validation/experiments/{name}.toml"
            refusal = subprocess.run([snake, other, experiment, f"{place}/{name}.csv"], text=True, stderr=subprocess.PIPE)
            plain = refusal.returncode == 1 and refusal.stderr.startswith("independent.py: ") and refusal.stderr.count("\n") == 1
            print(name, refusal.stderr, end="", flush=True)
            failed += not plain
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
