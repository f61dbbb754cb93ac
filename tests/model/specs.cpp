#include "model/specs.hpp"

namespace calor::model {

namespace {

experiment::Model named(const std::string& kind) {
  experiment::Model m;
  m.kind = kind;
  return m;
}

experiment::Model categorical(int outcomes) {
  auto m = named("categorical");
  m.outcomes = outcomes;
  return m;
}

/// Rates below e^0.8 leave less than 1e-100 beyond 120.
experiment::Model poisson(int outcomes) {
  auto m = named("poisson");
  m.outcomes = outcomes;
  return m;
}

experiment::Model ising(int spins, std::vector<std::pair<int, int>> edges, bool fields) {
  auto m = named("ising");
  m.spins = spins;
  m.edges = std::move(edges);
  m.fields = fields;
  return m;
}

experiment::Model rbm(int visible, int hidden, bool biases) {
  auto m = named("rbm");
  m.visible = visible;
  m.hidden = hidden;
  m.biases = biases;
  return m;
}

experiment::Model gaussian_mean(int dimension, const experiment::Rational& stddev) {
  auto m = named("gaussian-mean");
  m.dimension = dimension;
  m.stddev = stddev;
  return m;
}

experiment::Model regression(std::vector<std::vector<experiment::Rational>> inputs) {
  auto m = named("linear-regression");
  m.inputs = std::move(inputs);
  m.stddev = experiment::Rational(7, 10);
  return m;
}

}  // namespace

std::vector<Spec> specs() {
  using experiment::Rational;
  return {{"bernoulli", named("bernoulli")},
          {"categorical, 2", categorical(2)},
          {"categorical, 5", categorical(5)},
          {"ising, one edge", ising(2, {{0, 1}}, false)},
          {"ising, triangle with fields", ising(3, {{0, 1}, {1, 2}, {2, 0}}, true)},
          {"ising, fields alone", ising(2, {}, true)},
          {"rbm 1-1", rbm(1, 1, false)},
          {"rbm 3-2", rbm(3, 2, false)},
          {"rbm 2-2 with biases", rbm(2, 2, true)},
          {"poisson", poisson(120)},
          {"gaussian-mean", gaussian_mean(1, Rational(3, 2))},
          {"gaussian-mean, 3", gaussian_mean(3, Rational(4, 5))},
          {"gaussian", named("gaussian")},
          {"linear-regression, 1", regression({{1}, {Rational(-3, 2)}})},
          {"linear-regression, 3",
           regression({{1, Rational(1, 2), -2}, {1, 0, Rational(1, 3)}, {1, -1, 1}, {0, 2, Rational(1, 5)}})}};
}

}  // namespace calor::model
