// Every sampler that applies to a model, at generic parameters: single moves and redraws obey detailed balance, sweeps
// leave p(.|theta) invariant (theory.md section 3).

#include <doctest/doctest.h>

#include "model/model.hpp"
#include "model/specs.hpp"
#include "sampler/sampler.hpp"

namespace calor::model {

namespace {

using Matrix = num::Matrix<double>;
using Vector = num::Vector<double>;

Vector probabilities(const Model<double>& m, const std::vector<double>& theta) {
  std::vector<Jet<double>> jets(static_cast<std::size_t>(m.components()));
  m.components_at(theta, jets);
  const auto energy = energies<double>(m, jets);
  Vector p(static_cast<Eigen::Index>(energy.size()));
  for (Eigen::Index x = 0; x < p.size(); ++x) p[x] = std::exp(-energy[static_cast<std::size_t>(x)]);
  return p;
}

void check_reversible(const Matrix& k, const Vector& p) {
  const Matrix flow = k * p.asDiagonal();
  CHECK((flow - flow.transpose()).cwiseAbs().maxCoeff() < 1e-14);
}

void check_invariant(const Matrix& k, const Vector& p) {
  CHECK((k * p - p).cwiseAbs().maxCoeff() < 1e-14);
  CHECK((k.colwise().sum().array() - 1).abs().maxCoeff() < 1e-14);
  CHECK(k.minCoeff() >= 0);
}

}  // namespace

TEST_CASE("samplers: reversible moves, invariant sweeps") {
  for (const auto& spec : specs()) {
    INFO(spec.name);
    const auto m = make<double>(spec.model);
    if (m->outcomes() == 0) continue;
    const auto theta = generic_theta<double>(m->parameters(), 6);
    const auto p = probabilities(*m, theta);
    experiment::Sampler alternating;
    alternating.kind = "alternating";
    const Matrix here = Eigen::Map<const Vector>(theta.data(), m->parameters()).transpose();
    const Matrix alternation =
        m->alternation(theta).empty() ? Matrix() : sampler::alternations<double>(alternating, *m, here).front();
    const auto neighbours = sampler::site_neighbours(spec.model);
    for (const std::string kind : {"heat-bath", "glauber", "metropolis", "gibbs", "alternating"}) {
      if (kind == "alternating" ? alternation.size() == 0 : kind != "heat-bath" && neighbours.empty()) continue;
      INFO(kind);
      const Matrix g = sampler::generator<double>(kind, p, neighbours, alternation);
      check_reversible(g, p);
      CHECK(g.colwise().sum().cwiseAbs().maxCoeff() < 1e-14);
      const Matrix moved = sampler::continuous_kernel<double>(kind, p, neighbours, 0.7, alternation);
      check_reversible(moved, p);
      check_invariant(moved, p);
      experiment::Sampler turn;
      turn.kind = kind;
      turn.probability = experiment::Rational(1, 3);
      turn.sweeps = 2;
      const Matrix swept = sampler::discrete_kernel<double>(turn, p, neighbours, alternation);
      check_invariant(swept, p);
      if (kind == "heat-bath") check_reversible(swept, p);
    }
  }
}

// v, h in {0, 1} are spins s = 2v - 1: v W h + b v + c h = J s_v s_h + h_v s_v + h_h s_h + constant with J = W/4,
// h_v = b/2 + W/4, h_h = c/2 + W/4. Sites in ascending order: h, then v.
TEST_CASE("samplers: alternations of a machine with one hidden unit are sweeps of two coupled spins") {
  const double weight = 1.3, b = -0.4, c = 0.7;
  experiment::Model machine, pair;
  machine.kind = "rbm";
  machine.visible = machine.hidden = 1;
  machine.biases = true;
  pair.kind = "ising";
  pair.spins = 2;
  pair.edges = {{0, 1}};
  pair.fields = true;
  experiment::Sampler twice, swept;
  twice.kind = "alternating";
  swept.kind = "gibbs";
  twice.sweeps = swept.sweeps = 2;
  const auto rbm = make<double>(machine), ising = make<double>(pair);
  Matrix theta(1, 3);
  theta << weight, b, c;
  const std::vector<double> fields{weight / 4, c / 2 + weight / 4, b / 2 + weight / 4};
  const Matrix k = sampler::discrete_kernel<double>(twice, probabilities(*rbm, {weight, b, c}), {},
                                                    sampler::alternations<double>(twice, *rbm, theta).front());
  const Matrix whole =
      sampler::discrete_kernel<double>(swept, probabilities(*ising, fields), sampler::site_neighbours(pair));
  for (int from = 0; from < 2; ++from)
    for (int to = 0; to < 2; ++to)
      for (int h = 0; h < 2; ++h)  // what the hidden unit was is forgotten
        CHECK(k(to, from) ==
              doctest::Approx(whole(2 * to, 2 * from + h) + whole(2 * to + 1, 2 * from + h)).epsilon(1e-14));
}

}  // namespace calor::model
