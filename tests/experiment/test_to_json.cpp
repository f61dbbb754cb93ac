#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "support.hpp"

namespace calor::to_json_test {

using namespace experiment;
using namespace experiment::test;
using nlohmann::ordered_json;

namespace {

/// JSON -> TOML by the text: the values of JSON are TOML values, but objects are written { k = v }.
std::string to_toml(const std::string& json) {
  std::string out;
  bool quoted = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (c == '"' && (i == 0 || json[i - 1] != '\\')) quoted = !quoted;
    out += !quoted && c == ':' ? '=' : c;
  }
  return out;
}

/// The outer object as lines of "key = inline table".
std::string document(const std::string& json) {
  std::string out;
  int depth = 0;
  bool quoted = false;
  const std::string toml = to_toml(json);
  for (std::size_t i = 1; i + 1 < toml.size(); ++i) {
    const char c = toml[i];
    if (c == '"' && toml[i - 1] != '\\') quoted = !quoted;
    if (!quoted && (c == '{' || c == '[')) ++depth;
    if (!quoted && (c == '}' || c == ']')) --depth;
    out += !quoted && depth == 0 && c == ',' ? '\n' : c;
  }
  return out;
}

bool same(const Schedule& a, const Schedule& b) { return a.times == b.times && a.values == b.values; }

void check_same(const Experiment& a, const Experiment& b) {
  CHECK(a.title == b.title);
  CHECK(a.model.kind == b.model.kind);
  CHECK(a.model.outcomes == b.model.outcomes);
  CHECK(a.model.spins == b.model.spins);
  CHECK(a.model.edges == b.model.edges);
  CHECK(a.model.fields == b.model.fields);
  CHECK(a.model.visible == b.model.visible);
  CHECK(a.model.hidden == b.model.hidden);
  CHECK(a.model.biases == b.model.biases);
  CHECK(a.model.stddev == b.model.stddev);
  CHECK(a.model.dimension == b.model.dimension);
  CHECK(a.model.inputs == b.model.inputs);
  CHECK(a.data.source == b.data.source);
  CHECK(a.data.size == b.data.size);
  CHECK(a.data.probabilities == b.data.probabilities);
  CHECK(a.data.mean == b.data.mean);
  CHECK(a.data.variance == b.data.variance);
  CHECK(a.data.weights == b.data.weights);
  CHECK(a.data.counts == b.data.counts);
  CHECK(a.data.values == b.data.values);
  CHECK(a.data.file == b.data.file);
  CHECK(a.data.columns == b.data.columns);
  CHECK(a.learner.kind == b.learner.kind);
  CHECK(same(a.learner.mobility, b.learner.mobility));
  CHECK(same(a.learner.temperature, b.learner.temperature));
  CHECK(same(a.learner.learning_rate, b.learner.learning_rate));
  CHECK(a.learner.weight_decay == b.learner.weight_decay);
  CHECK(a.learner.batch == b.learner.batch);
  CHECK(a.learner.batch_size == b.learner.batch_size);
  CHECK(a.learner.initial_mean == b.learner.initial_mean);
  CHECK(a.learner.initial_stddev == b.learner.initial_stddev);
  CHECK(a.learner.initial_probabilities == b.learner.initial_probabilities);
  CHECK(a.learner.states == b.learner.states);
  CHECK(a.learner.rate == b.learner.rate);
  CHECK(a.learner.acceptance == b.learner.acceptance);
  CHECK(a.sampler.kind == b.sampler.kind);
  CHECK(a.sampler.rate == b.sampler.rate);
  CHECK(a.sampler.probability == b.sampler.probability);
  CHECK(a.sampler.sweeps == b.sampler.sweeps);
  CHECK(a.time.points == b.time.points);
  CHECK(a.time.step == b.time.step);
  CHECK(a.digits == b.digits);
}

void round_trip(const std::string& text, const std::filesystem::path& directory = {}) {
  CAPTURE(text);
  const Experiment e = one(text, directory);
  for (const int indent : {-1, 0, 2}) CHECK(ordered_json::accept(to_json(e, indent)));
  CHECK(ordered_json::parse(to_json(e, -1)) == ordered_json::parse(to_json(e, 4)));
  check_same(e, one(document(to_json(e, -1)), directory));
}

}  // namespace

TEST_SUITE("experiment/to_json") {
  TEST_CASE("defaults are filled in, keys are those of the format") {
    const auto json = ordered_json::parse(
        to_json(one(edited(coin(), {{10, ""}, {12, ""}, {13, ""}, {14, ""}, {17, ""}, {18, ""}})), 2));
    CHECK(json == ordered_json::parse(R"({"model": {"kind": "bernoulli"}, "data": {"size": 8, "target": [0.3, 0.7]},
      "learner": {"kind": "langevin", "mobility": 1, "temperature": 0.125, "weight_decay": 0, "initial": {"mean": [0], "stddev": [0.5]}},
      "sampler": {"kind": "equilibrium"}, "time": {"points": [0, 0.5, 1]}, "accuracy": {"digits": 10}})"));
  }

  TEST_CASE("numbers keep all their digits") {
    const std::string digits = "0.300000000000000000000000000000000000000000000000000000000000000000001";
    const std::string rest = "0.699999999999999999999999999999999999999999999999999999999999999999999";
    const std::string json = to_json(
        one(edited(coin(), {{5, "target = [" + digits + ", " + rest + "]"}, {9, "temperature = 1.25e-30"}})), -1);
    CHECK(json.find("[" + digits + ", " + rest + "]") != std::string::npos);
    CHECK(json.find("\"temperature\": 1.25e-30") != std::string::npos);
  }

  TEST_CASE("every form comes back as the same experiment") {
    const std::string two = "initial = { mean = [0, -0.1], stddev = [1, 1e-3] }";
    round_trip(edited(coin()));
    round_trip("title = \"A \\\"quoted\\\" \\\\ title — é\"\n" + edited(coin()));
    round_trip(edited(coin(), {{4, ""}, {5, "counts = [3, 5]"}, {18, "digits = 30"}}));
    round_trip(
        edited(coin(), {{2, "kind = \"categorical\"\noutcomes = 3"}, {5, "target = [0.5, 0.3, 0.2]"}, {11, two}}));
    round_trip(edited(coin(), {{8, "mobility = { times = [0, 2.5], values = [1, 0.1] }"},
                               {9, "temperature = { times = [1, 2], values = [1, 0.5] }"}}));
    round_trip(edited(
        coin(), {{7, "kind = \"sgd-diffusion\""}, {8, "learning_rate = 0.1\nbatch_size = 2"}, {9, "temperature = 0"}}));
    round_trip(edited(coin(), {{14, "probability = 0.75"}, {16, "points = [0, 0.3, 1.2]\nstep = 0.1"}}));
    round_trip(edited(spins()));
    round_trip(edited(spins(), {{4, ""}, {5, "fields = true"}, {13, two}}));
    round_trip(edited(spins(), {{2, "kind = \"rbm\""}, {3, "visible = 2"}, {4, "hidden = 1"}, {5, ""}, {13, two}}));
    round_trip(edited(spins(), {{16, "sweeps = 3"}, {18, "points = [1.2]\nstep = 0.1"}}));
    round_trip(edited(gaussian()));
    round_trip(edited(gaussian(), {{18, "count = 4"}}));
    round_trip(edited(gaussian(), {{6, ""}, {7, "values = [0.1, -0.2, 3e20]"}}));
    round_trip(
        edited(gaussian(), {{4, "dimension = 2"}, {6, ""}, {7, "values = [[0.1, 1], [-0.2, 3e20]]"}, {12, two}}));
    round_trip(
        edited(gaussian(), {{4, "dimension = 2"}, {7, "target = { mean = [1, 2], stddev = [0.1, 3] }"}, {12, two}}));
    round_trip(edited(gaussian(), {{2, "kind = \"gaussian\""}, {3, ""}, {4, ""}, {12, two}}));
    round_trip(edited(line_fit()));
    round_trip(edited(line_fit(), {{6, "values = [1, 2, 3]"}}));
    round_trip(edited(ladder()));
    round_trip(edited(ladder(), {{8, "states = { from = 0, to = 1, count = 4 }"}}));
    round_trip(edited(ladder(), {{8, "states = [-2, 0.1, 7, 3]"}}));
    round_trip(edited(discrete()));
    round_trip(edited(discrete(), {{10, ""}, {11, ""}}));
    round_trip(edited(discrete(), {{4, ""}, {10, "batch = \"stream\""}, {11, "batch_size = 2"}}));
    for (const auto& entry : std::filesystem::directory_iterator(source_root() / "tests/reference")) {
      if (entry.path().extension() != ".toml") continue;
      const Experiment e = read(entry.path()).front().experiment;
      round_trip(e.text);
    }
  }

  TEST_CASE("a target from a file is written as the user wrote it") {
    const auto folder = source_root() / "validation/experiments";
    const Lines edits{{6, ""}, {7, "target = { file = \"michelson.csv\", column = \"speed\" }"}};
    round_trip(edited(gaussian(), edits), folder);
    const auto json = ordered_json::parse(to_json(one(edited(gaussian(), edits), folder), 2));
    CHECK(json["data"] ==
          ordered_json::parse(R"({"size": 100, "target": {"file": "michelson.csv", "column": "speed"}})"));
  }

  TEST_CASE("an experiment built in code") {
    Experiment e = one(edited(gaussian()));
    e.data.variance = {2};
    e.title = "a\nb\x01\xFF";
    e.time.points = {Rational(1, 3)};
    const std::string json = to_json(e, 2);
    CHECK(json.find("\"stddev\": 1.41421356237309504880168872420969807857") != std::string::npos);
    CHECK(json.find("\"points\": [0.3333333333333333333333333333333333333333]") != std::string::npos);
    CHECK(ordered_json::parse(json)["title"] == "a\nb\x01ÿ");
  }
}

}  // namespace calor::to_json_test
