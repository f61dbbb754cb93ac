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
    const auto p = probabilities(*m, generic_theta<double>(m->parameters(), 6));
    const auto neighbours = sampler::site_neighbours(spec.model);
    for (const std::string kind : {"heat-bath", "glauber", "metropolis", "gibbs"}) {
      if (kind != "heat-bath" && neighbours.empty()) continue;
      INFO(kind);
      const Matrix g = sampler::generator<double>(kind, p, neighbours);
      check_reversible(g, p);
      CHECK(g.colwise().sum().cwiseAbs().maxCoeff() < 1e-14);
      const Matrix moved = sampler::continuous_kernel<double>(kind, p, neighbours, 0.7);
      check_reversible(moved, p);
      check_invariant(moved, p);
      experiment::Sampler turn;
      turn.kind = kind;
      turn.probability = experiment::Rational(1, 3);
      turn.sweeps = 2;
      const Matrix swept = sampler::discrete_kernel<double>(turn, p, neighbours);
      check_invariant(swept, p);
      if (kind == "heat-bath") check_reversible(swept, p);
    }
  }
}

}  // namespace calor::model
