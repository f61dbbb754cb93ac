#!/usr/bin/env python3
"""Calor's quantities by other means: a second implementation, in NumPy and SciPy, that shares nothing with the first.

Usage: independent.py EXPERIMENT.toml [ESTIMATES.csv]         # judge it by: calor check EXPERIMENT.toml ESTIMATES.csv
       independent.py SAMPLES_DIRECTORY [ESTIMATES.csv]       # as written by calor sample: averages over the samples too

Understands bernoulli with langevin (the coin) or jump (one bit learns one bit), and gaussian-mean in one dimension with
langevin; constant temperature, equilibrium sampler. Definitions: theory.md. Nats.

Method: bernoulli with langevin by the Fokker-Planck equation on a grid (sinc collocation, dense matrix exponential), jump
by the exponential of the rate matrix, gaussian-mean by ordinary differential equations for its moments.
"""
import csv
import json
import pathlib
import sys
import tomllib

import numpy as np
from scipy.integrate import solve_ivp
from scipy.linalg import expm
from scipy.special import expit, log_expit, xlogy
from scipy.stats import binom


def entropy(p, weight=1.0):
    """-sum p ln p over the last axis; `weight`: spacing of a grid of densities."""
    return -np.sum(xlogy(p, p), axis=-1) * weight


def binary(p):
    return -xlogy(p, p) - xlogy(1 - p, 1 - p)


def sinc_derivatives(n, h):
    """First and second derivative of band-limited functions at n points of spacing h."""
    k = np.subtract.outer(np.arange(n), np.arange(n))
    sign = np.where(k % 2 == 0, 1.0, -1.0)
    with np.errstate(divide="ignore"):
        first = np.where(k == 0, 0.0, sign / k) / h
        second = np.where(k == 0, -np.pi**2 / 3, -2 * sign / np.square(k, dtype=float)) / h**2
    return first, second


class Bernoulli:
    """x in {0, 1}, theta the logit of p(1); data sets told apart by their number of ones."""

    def __init__(self, e):
        size, target = e["data"]["size"], e["data"]["target"]
        self.ones = np.arange(size + 1) / size
        self.weight = binom.pmf(np.arange(size + 1), size, target[1])
        self.target = target[1]
        self.temperature = e["learner"]["temperature"]
        self.decay = e["learner"].get("weight_decay", 0.0)
        self.langevin(e["learner"]) if e["learner"]["kind"] == "langevin" else self.jump(e["learner"])

    def plain_loss(self, theta):
        """-(1/N) sum ln p(b_i|theta), one row a data set."""
        ones = self.ones[:, None]
        return -ones * log_expit(theta) - (1 - ones) * log_expit(-theta)

    def grid(self, mean, stddev):
        """Wide enough for the start and for every stationary density, fine enough for the narrowest."""
        narrow = min(stddev, np.sqrt(self.temperature / (0.25 + self.decay)))
        theta = np.linspace(-200, 200, 80001)
        depth = self.plain_loss(theta) + self.decay / 2 * theta**2
        depth -= depth.min(axis=1, keepdims=True)
        inside = theta[(depth < 42 * self.temperature).any(axis=0) | (np.abs(theta - mean) < 8 * stddev)]
        points = int(2.7 * (inside[-1] - inside[0]) / narrow) + 1
        if points > 700 or inside[-1] > 199 or inside[0] < -199:
            sys.exit(f"independent.py: a grid of {points} points would be needed; this dense method takes 700")
        return np.linspace(inside[0], inside[-1], points, retstep=True)

    def langevin(self, learner):
        mean, stddev = learner["initial"]["mean"][0], learner["initial"]["stddev"][0]
        mobility = learner["mobility"]
        self.theta, self.cell = self.grid(mean, stddev)
        first, second = sinc_derivatives(len(self.theta), self.cell)
        self.start = np.exp(-((self.theta - mean) / stddev) ** 2 / 2) / (stddev * np.sqrt(2 * np.pi))
        p = expit(self.theta)
        # d/dt rho = mobility (d/dtheta (rho L') + T d2/dtheta2 rho), one generator a data set
        slopes = p - self.ones[:, None] + self.decay * self.theta
        self.generators = [mobility * (first * slope + self.temperature * second) for slope in slopes]
        # rate of the Fisher dissipation, <D F> with F = p (1 - p)
        self.dissipations = [mobility * self.temperature * p * (1 - p) * self.cell] * len(self.ones)

    def jump(self, learner):
        self.theta, self.cell = np.array([state[0] for state in learner["states"]]), 1.0
        self.start = np.array(learner["initial"])
        loss = self.plain_loss(self.theta) + self.decay / 2 * self.theta**2
        accept = {"metropolis": lambda u: np.minimum(1, np.exp(-u)), "heat-bath": lambda u: expit(-u),
                  "arrhenius": lambda u: np.exp(-u / 2)}[learner["acceptance"]]
        n, p = len(self.theta), expit(self.theta)
        near = np.abs(np.subtract.outer(np.arange(n), np.arange(n))) == 1
        # D(p(.|from) || p(.|to)), [to, from]
        divergence = (p * np.log(p) + (1 - p) * np.log(1 - p))[None, :] - np.outer(np.log(p), p) - np.outer(np.log(1 - p), 1 - p)
        self.generators, self.dissipations = [], []
        for row in loss:
            rates = np.where(near, learner["rate"] * accept(np.subtract.outer(row, row) / self.temperature), 0.0)
            self.generators.append(rates - np.diag(rates.sum(axis=0)))
            self.dissipations.append((rates * divergence).sum(axis=0))

    def evolve(self, t):
        """Densities, one row a data set, and the averaged integral of the dissipation rate."""
        densities, total = [], 0.0
        for weight, generator, rate in zip(self.weight, self.generators, self.dissipations):
            n = len(self.start)
            augmented = np.zeros((n + 1, n + 1))  # its last component integrates rate . rho
            augmented[:n, :n], augmented[n, :n] = generator, rate
            out = expm(t * augmented) @ np.append(self.start, 0.0)
            densities.append(out[:n])
            total += weight * out[n]
        return np.maximum(np.array(densities), 0), total

    def state(self, t):
        rho, dissipation = self.evolve(t)
        p, mean = expit(self.theta), lambda f: np.sum(self.weight[:, None] * rho * f) * self.cell
        given = rho @ p * self.cell  # p(x = 1 | B)
        plain = self.plain_loss(self.theta)
        return {
            "entropy_theta": entropy(self.weight @ rho, self.cell),
            "entropy_theta_given_b": self.weight @ entropy(rho, self.cell),
            "entropy_x": binary(self.weight @ given),
            "entropy_x_given_b": self.weight @ binary(given),
            "entropy_x_given_theta": mean(binary(p)),
            "loss_train": mean(plain),
            "loss_test": mean(-self.target * log_expit(self.theta) - (1 - self.target) * log_expit(-self.theta)),
            "energy": mean(plain + self.decay / 2 * self.theta**2),
            "fisher_dissipation": dissipation,
        }


class GaussianMean:
    """x ~ N(theta, s^2). Given the mean b of the data, theta is Gaussian with mean c + a b and variance v."""

    def __init__(self, e):
        learner, target = e["learner"], e["data"]["target"]
        self.s2, self.temperature = e["model"]["stddev"] ** 2, learner["temperature"]
        self.decay, self.mobility = learner.get("weight_decay", 0.0), learner["mobility"]
        self.mean, self.variance, self.size = target["mean"], target["stddev"] ** 2, e["data"]["size"]
        self.start = [learner["initial"]["mean"][0], 0.0, learner["initial"]["stddev"][0] ** 2]

    def moments(self, t):
        def slope(_, y):
            c, a, v = y
            k = self.mobility * (1 / self.s2 + self.decay)
            return [-k * c, -k * a + self.mobility / self.s2, -2 * k * v + 2 * self.mobility * self.temperature]

        return solve_ivp(slope, (0, t), self.start, method="DOP853", rtol=1e-12, atol=1e-14).y[:, -1] if t > 0 else self.start

    def state(self, t):
        c, a, v = self.moments(t)
        spread = self.variance / self.size  # of b, about its mean
        gaussian = lambda variance: 0.5 * np.log(2 * np.pi * np.e * variance)
        centre = c + a * self.mean
        both = v + a**2 * spread + centre**2  # <theta^2>
        # loss: <(b_i - theta)^2>/2s^2 + ln sqrt(2 pi s^2), with <b_i theta> = mean centre + a spread
        fit = (self.variance + self.mean**2 + both - 2 * self.mean * centre) / (2 * self.s2) + 0.5 * np.log(2 * np.pi * self.s2)
        train = fit - a * spread / self.s2
        return {
            "entropy_theta": gaussian(v + a**2 * spread),
            "entropy_theta_given_b": gaussian(v),
            "entropy_x": gaussian(v + a**2 * spread + self.s2),
            "entropy_x_given_b": gaussian(v + self.s2),
            "entropy_x_given_theta": gaussian(self.s2),
            "loss_train": train,
            "loss_test": fit,
            "energy": train + self.decay / 2 * both,
            "fisher_dissipation": self.mobility * self.temperature / self.s2 * t,
        }


def ledger(now, start, temperature):
    """The quantities of the theory from the state now and at t = 0."""
    change = {name: now[name] - start[name] for name in now}
    q = {name: value for name, value in now.items() if name != "energy"}
    q["m_info"] = now["entropy_theta"] - now["entropy_theta_given_b"]
    q["l_info"] = now["entropy_x"] - now["entropy_x_given_b"]
    q["r_info"] = q["m_info"] - q["l_info"]
    q["info_x_theta"] = now["entropy_x"] - now["entropy_x_given_theta"]
    q["info_x_theta_given_b"] = now["entropy_x_given_b"] - now["entropy_x_given_theta"]
    q["heat_theta"] = change["energy"]
    q["ep_theta"] = change["entropy_theta_given_b"] - q["heat_theta"] / temperature
    q["ep_theta_naive"] = q["ep_theta"] + q["m_info"]
    q["work_x"] = now["fisher_dissipation"]
    q["heat_x"] = change["entropy_x_given_theta"] - now["fisher_dissipation"]
    q["ep_x_given_b"] = change["entropy_x_given_b"] - q["heat_x"]
    q["ep_x_naive"] = change["entropy_x"] - q["heat_x"]
    q["generalization_gap"] = now["loss_test"] - now["loss_train"]
    return q


def exact_rows(e):
    kind = e["model"]["kind"]
    if e.get("sampler", {"kind": "equilibrium"})["kind"] != "equilibrium" or kind not in ("bernoulli", "gaussian-mean"):
        sys.exit("independent.py: bernoulli and gaussian-mean with the equilibrium sampler only")
    learner, time = e["learner"], e["time"]
    if "step" in time:
        sys.exit("independent.py: no turns (time.step)")
    if kind == "gaussian-mean" and e["model"].get("dimension", 1) != 1:
        sys.exit("independent.py: gaussian-mean in one dimension only")
    if learner["kind"] not in (("langevin", "jump") if kind == "bernoulli" else ("langevin",)):
        sys.exit(f"independent.py: {kind} does not go with the learner {learner['kind']} here")
    if not all(isinstance(learner.get(key, 1.0), (int, float)) for key in ("temperature", "mobility", "rate", "weight_decay")):
        sys.exit("independent.py: temperature, mobility and rate must be constant")
    target = e["data"].get("target")
    written = isinstance(target, list) if kind == "bernoulli" else isinstance(target, dict) and "mean" in target
    if "size" not in e["data"] or not written:
        sys.exit("independent.py: data of a size and a target that is written out only")
    if not isinstance(learner.get("states", []), list) or not isinstance(learner["initial"], (list, dict)):
        sys.exit("independent.py: states and initial weights must be written out")
    if any(isinstance(value, list) for value in (e["data"]["size"], e["model"].get("stddev"))):
        sys.exit("independent.py: no sweeps")
    system = Bernoulli(e) if kind == "bernoulli" else GaussianMean(e)
    points = time["points"] if "points" in time else np.linspace(0, time["end"], time["count"])
    start = system.state(0.0)
    for t in points:
        for name, value in ledger(system.state(t), start, system.temperature).items():
            yield float(t), name, repr(float(value)), ""


def sample_rows(e, folder):
    """Averages over the samples, with standard errors: losses, and their change as heat."""
    theta, b = np.load(folder / "theta.npy")[:, :, 0], np.load(folder / "b.npy")[:, :, 0]
    times = np.load(folder / "t.npy")
    decay = e["learner"].get("weight_decay", 0.0)
    if e["model"]["kind"] == "bernoulli":
        ones = b.mean(axis=1)[:, None]
        train = -ones * log_expit(theta) - (1 - ones) * log_expit(-theta)
    else:
        s2 = e["model"]["stddev"] ** 2
        train = ((b[:, None, :] - theta[:, :, None]) ** 2).mean(axis=2) / (2 * s2) + 0.5 * np.log(2 * np.pi * s2)
    energy = train + decay / 2 * theta**2
    for name, values in (("loss_train", train), ("heat_theta", energy - energy[:, :1])):
        for t, column in zip(times, values.T):
            yield float(t), name, repr(column.mean()), repr(column.std(ddof=1) / np.sqrt(len(column)))


def main(source, output=None):
    source = pathlib.Path(source)
    try:
        if source.is_dir():
            e = json.loads((source / "samples.json").read_text(encoding="utf-8"))["experiment"]
        else:
            e = tomllib.loads(source.read_text(encoding="utf-8"))
        e["model"]["kind"], e["data"], e["learner"]["kind"], e["time"]
    except (OSError, ValueError, KeyError, TypeError) as problem:
        sys.exit(f"independent.py: {source}: no experiment: {type(problem).__name__} {problem}")
    rows = [(t, name, value, error, "exact") for t, name, value, error in exact_rows(e)]
    if source.is_dir():
        rows += [(t, name, value, error, "samples") for t, name, value, error in sample_rows(e, source)]
    with open(output, "w", newline="", encoding="utf-8") if output else sys.stdout as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["t", "quantity", "value", "stderr", "replicate"])
        writer.writerows(rows)


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
