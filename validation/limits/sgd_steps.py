"""Two limits of stochastic gradient descent as Markdown: python3 validation/limits/sgd_steps.py build/tools/calor

1. sgld at fixed time t = steps * learning rate tends to langevin, first order in the learning rate.
2. The stationary variance of constant-step SGD on k (theta - b)^2 / 2 and that of its diffusion approximation.
"""

import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path


def run(text, quantities):
    """Rows of `calor run`, one a time: {quantity: value}."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "limit.toml"
        path.write_text(text)
        command = [sys.argv[1], "run", str(path), "--format", "json", "--quantities", ",".join(quantities)]
        table = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return [{q: row[q]["value"] for q in quantities} for row in table["rows"]]


COIN = """[model]
kind = "bernoulli"
[data]
size = 4
target = [0.3, 0.7]
[learner]
{learner}
temperature = 0.25
weight_decay = 0.1
initial = {{ mean = [0.0], stddev = [0.5] }}
[time]
points = [{end}]
"""

SQUARE = """[model]
kind = "gaussian-mean"
stddev = 1
[data]
values = [[-1], [1]]
[learner]
{learner}
temperature = 0.05
initial = {{ mean = [0.0], stddev = [0.5] }}
[time]
points = [{end}]
"""


def convergence():
    quantities = ["m_info", "l_info", "heat_theta", "ep_theta"]
    exact = run(COIN.format(learner='kind = "langevin"\nmobility = 1', end=2), quantities)[-1]
    print("| learning rate | " + " | ".join(f"{q} - langevin, times 1/rate" for q in quantities) + " |")
    print("|---" * (len(quantities) + 1) + "|")
    for steps in (4, 8, 16, 32, 64):
        rate = 2 / steps
        learner = f'kind = "sgld"\nbatch = "full"\nlearning_rate = {rate}'
        row = run(COIN.format(learner=learner, end=steps), quantities)[-1]
        print(f"| {rate} | " + " | ".join(f"{(row[q] - exact[q]) / rate:.7f}" for q in quantities) + " |")
    print("| langevin: | " + " | ".join(f"{exact[q]:.10f}" for q in quantities) + " |")


def variance(row):
    """<L> = ln(2 pi)/2 + (variance + 1)/2: the data's scatter is 1, their mean 0."""
    return 2 * row["loss_train"] - math.log(2 * math.pi) - 1


def stationary():
    print("| learning rate | SGD, by calor | exact | diffusion, by calor | exact | ratio |")
    print("|---" * 6 + "|")
    for rate in (0.05, 0.1, 0.2, 0.4):
        drawn = f'batch_size = 1\nlearning_rate = {rate}'
        end = int(40 / rate)
        steps = run(SQUARE.format(learner='kind = "sgld"\nbatch = "minibatch"\n' + drawn, end=end), ["loss_train"])[-1]
        flow = run(SQUARE.format(learner='kind = "sgd-diffusion"\n' + drawn, end=40), ["loss_train"])[-1]
        diffusion = rate / 2 + 0.05
        sgd = diffusion / (1 - rate / 2)
        print(f"| {rate} | {variance(steps):.10f} | {sgd:.10f} | {variance(flow):.10f} | {diffusion:.10f} |"
              f" {variance(steps) / variance(flow):.6f} |")


if __name__ == "__main__":
    convergence()
    print()
    stationary()
