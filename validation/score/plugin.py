#!/usr/bin/env python3
"""A program to be scored: plug-in L-info of discrete x and data, and the entropy of x, in NumPy alone.

Usage: calor score 'python3 validation/score/plugin.py' --experiment coin.toml
"""
import sys

import numpy as np


def entropy(*columns):
    _, counts = np.unique(np.stack(columns), axis=1, return_counts=True)
    p = counts / counts.sum()
    return -np.sum(p * np.log(p)), np.sqrt(np.sum(p * np.log(p) ** 2) - np.sum(p * np.log(p)) ** 2) / np.sqrt(counts.sum())


folder = sys.argv[1]
x, b = np.load(folder + "/x.npy"), np.load(folder + "/b.npy")
ones = b.sum(axis=(1, 2))
print("t,quantity,value,stderr")
for i, t in enumerate(np.load(folder + "/t.npy")):
    now = x[:, i, 0]
    value, error = entropy(now)
    print(f"{t},entropy_x,{value},{error}")
    print(f"{t},l_info,{value + entropy(ones)[0] - entropy(now, ones)[0]},")
