#!/usr/bin/env python3
"""Our JSON satisfies its schemas, and the schemas are not satisfied by anything.

Usage: schemas.py CALOR SOURCE_ROOT
Status 77 (skipped) where no Python has jsonschema 4 (Debian: python3-jsonschema).
"""
import copy
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import warnings

warnings.simplefilter("ignore", DeprecationWarning)  # RefResolver: the only way in jsonschema 4.10
try:
    from jsonschema import Draft202012Validator, RefResolver
except ImportError:
    # The system's Python may have it where the first one on the path has not.
    if sys.executable != "/usr/bin/python3" and os.path.exists("/usr/bin/python3"):
        os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])
    print("jsonschema 4 is not installed (Debian: python3-jsonschema): skipped")
    sys.exit(77)

COIN = """
model.kind = "bernoulli"
data = { size = 2, target = [0.3, 0.7] }
learner = { kind = "langevin", mobility = 1, temperature = 0.5, weight_decay = 0.5, initial = { mean = [0], stddev = [0.5] } }
time.points = [0, 1]
accuracy.digits = 6
"""
STREAM = """
model.kind = "bernoulli"
data = { target = [0.3, 0.7] }
learner = { kind = "sgld", batch = "stream", batch_size = 1, learning_rate = 0.1, temperature = 0.5, initial = { mean = [0], stddev = [0.5] } }
time.points = [0, 1]
accuracy.digits = 6
"""
ESTIMATES = "t,quantity,value,stderr,replicate\n0,m_info,0,,\n1,m_info,0.5,0.1,a\n1,l_info,inf,,\n1,heat_theta,.5,,\n1,heat_theta,+3e-2,2,b\n"


def main(calor, root):
    calor = str(pathlib.Path(calor).resolve())
    schemas = {path.name.split(".")[0]: json.loads(path.read_text(encoding="utf-8")) for path in (pathlib.Path(root) / "schema").glob("*.json")}
    store = {schema["$id"]: schema for schema in schemas.values()}
    failures = []

    def check(kind, document, name, good=True):
        schema = schemas[kind]
        Draft202012Validator.check_schema(schema)
        resolver = RefResolver(schema["$id"], schema, store=store)
        errors = [error.message[:200] for error in Draft202012Validator(schema, resolver=resolver).iter_errors(document)]
        if bool(errors) == good:
            failures.append(f"{name}: {errors[0] if errors else 'should not satisfy the schema'}")

    def spoilt(kind, document, path, value):
        """The document with one place changed must be refused."""
        changed = copy.deepcopy(document)
        place = changed
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value
        check(kind, changed, f"{kind} with {path} = {value!r}", good=False)

    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place)

        def call(*words):
            out = subprocess.run([calor, *words], cwd=folder, text=True, stdout=subprocess.PIPE)
            assert out.returncode in (0, 1), words
            return out.stdout

        (folder / "coin.toml").write_text(COIN)
        (folder / "sweep.toml").write_text(COIN.replace("size = 2", "size = [1, 2]"))
        (folder / "stream.toml").write_text(STREAM)
        (folder / "e.csv").write_text(ESTIMATES)
        table = json.loads(call("run", "coin.toml", "--format", "json"))
        check("table", table, "coin")
        for path, value in ((["units"], "bits"), (["rows"], []), (["rows", 0, "m_info", "error"], -1), (["rows", 0, "m_info", "guarantee"], "sure"),
                            (["rows", 0, "t"], "0"), (["experiment"], {}), (["sweep"], [])):
            spoilt("table", table, path, value)
        sweep = json.loads(call("run", "sweep.toml", "--format", "json"))
        check("table", sweep, "sweep")
        del sweep["sweep"][0]["coordinates"]
        check("table", sweep, "sweep without coordinates", good=False)
        for name in ("sweep", "coin", "stream"):
            call("sample", f"{name}.toml", "--replicates", "3", "--step", "0.1", "--output", name)
            samples = json.loads((folder / name / "samples.json").read_text())
            check("samples", samples, name)
            if name == "sweep":
                spoilt("samples", samples, ["sweep", 0, "folder"], "1")
                spoilt("samples", samples, ["truth", "sweep", 0, "coordinates"], {})
                check("samples", json.loads((folder / name / "data.size=2/samples.json").read_text()), "member of a sweep")
        spoilt("samples", samples, ["files", 0, "sha256"], "0")
        spoilt("samples", samples, ["columns", 0], "r")
        spoilt("samples", samples, ["truth", "units"], "bits")
        report = json.loads(call("check", "coin", "e.csv", "--format", "json"))
        assert not report["pass"]
        check("check", report, "check")
        spoilt("check", report, ["rows", 0, "pass"], "yes")
        spoilt("check", report, ["summary", "rows"], 0)
        for name, program in (("coin", "echo m_info,0.1,0.02 #"), ("coin", "false"), ("sweep", "echo m_info,nan #")):
            score = json.loads(call("score", program, "--experiment", f"{name}.toml", "--replicates", "2", "--samples", "2", "--format", "json"))
            check("score", score, f"score of {program}")
        spoilt("score", score, ["sweep", 0, "rows", 0, "t"], "1")
        spoilt("score", score, ["sweep", 0, "rows", 0, "stddev"], -1)
        del score["sweep"][0]["coordinates"]
        check("score", score, "score of a sweep without coordinates", good=False)
        (folder / "s.csv").write_text(call("run", "sweep.toml", "--format", "csv"))
        check("check", json.loads(call("check", "sweep.toml", "s.csv", "--format", "json")), "check of a sweep")
    for path in sorted((pathlib.Path(root) / "validation/tables").rglob("*.json")):
        check("table", json.loads(path.read_text(encoding="utf-8")), path.name)
    print("\n".join(failures) if failures else "all satisfy their schemas")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
