#include "ledger/ledger.hpp"

#include <algorithm>
#include <functional>

#include "num/errors.hpp"

namespace calor::ledger {

namespace {

/// What holds for Theta under langevin, whatever X does.
template <Real R>
std::vector<Identity<R>> parameter_identities(const R& temperature) {
  return {
      {"I1", "m_info as entropy difference and as mean relative entropy", {{1, "m_info"}, {-1, "_m_info_relative"}}},
      {"I3", "m_info <= H(type of B)", {{1, "m_info"}, {-1, "_type_entropy"}}, true},
      {"I3", "l_info <= H(type of B)", {{1, "l_info"}, {-1, "_type_entropy"}}, true},
      {"I3", "l_info <= ln K", {{1, "l_info"}, {-1, "_log_outcomes"}}, true},
      {"I5", "ep_theta by entropy balance (I4) = by relative entropies", {{1, "ep_theta"}, {-1, "_ep_relative"}}},
      {"I4", "ep_theta by entropy balance = by currents", {{1, "ep_theta"}, {-1, "_ep_currents"}}},
      {"I6",
       "ep_theta_naive = change of S(Theta) + medium part",
       {{1, "ep_theta_naive"}, {-1, "entropy_theta"}, {1, "entropy_theta", true}, {-1, "ep_theta_medium"}}},
      {"I6", "m_info <= ep_theta_naive", {{1, "m_info"}, {-1, "ep_theta_naive"}}, true},
      {"I15", "<exp(-sigma_Theta)> = 1", {{1, "_ift_theta"}}},
      {"I15", "<exp(-sigma_X)> = 1", {{1, "_ift_x"}}},
      {"I15", "heat_x = first moment of the heat along trajectories", {{1, "heat_x"}, {-1, "_heat_x_1"}}},
      {"I15", "work_x = first moment of the work along trajectories", {{1, "work_x"}, {-1, "_work_x_1"}}},
      {"I16",
       "stationary: generalization_gap = T (m_info + lautum_info)",
       {{1, "generalization_gap"}, {-temperature, "m_info"}, {-temperature, "lautum_info"}},
       false,
       true},
  };
}

/// The observers of I12 and the balance of flows, whatever the sampler.
template <Real R>
std::vector<Identity<R>> observer_identities() {
  return {
      {"I10",
       "flow_x + flow_theta = change of info_x_theta_given_b",
       {{1, "flow_x"}, {1, "flow_theta"}, {-1, "info_x_theta_given_b"}, {1, "info_x_theta_given_b", true}}},
      {"I12",
       "ep_x_given_b = change of S(X|B) - heat_x",
       {{1, "ep_x_given_b"}, {-1, "entropy_x_given_b"}, {1, "entropy_x_given_b", true}, {1, "heat_x"}}},
      {"I12", "ep_x_given_b = ep_x + flow_x", {{1, "ep_x_given_b"}, {-1, "ep_x"}, {-1, "flow_x"}}},
      {"I12", "ep_x_naive = ep_x_given_b + l_info", {{1, "ep_x_naive"}, {-1, "ep_x_given_b"}, {-1, "l_info"}}},
      {"I12",
       "ep_x_naive = change of S(X) - heat_x",
       {{1, "ep_x_naive"}, {-1, "entropy_x"}, {1, "entropy_x", true}, {1, "heat_x"}}},
      {"I14",
       "reservoir_gap = ep_x_naive - change of S(X) - m_info",
       {{1, "reservoir_gap"}, {-1, "ep_x_naive"}, {1, "entropy_x"}, {-1, "entropy_x", true}, {1, "m_info"}}},
      {"I11", "ep_x >= 0", {{-1, "ep_x"}}, true},
  };
}

template <Real R>
std::vector<Identity<R>> join(std::vector<Identity<R>> a, const std::vector<Identity<R>>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace

template <Real R>
std::vector<Identity<R>> equilibrium_identities(const R& temperature) {
  return join(
      join(parameter_identities(temperature), observer_identities<R>()),
      {{"I1", "I(Theta;B) = I(X;B) + I(Theta;B|X)", {{1, "_m_info_relative"}, {-1, "l_info"}, {-1, "r_info"}}},
       {"I2", "r_info = I(Theta;B) - I(X;B), both as relative entropies", {{1, "r_info"}, {-1, "_r_info_relative"}}},
       {"I2",
        "info_x_theta (joint density) = l_info + info_x_theta_given_b",
        {{1, "_info_x_theta_relative"}, {-1, "l_info"}, {-1, "info_x_theta_given_b"}}},
       {"I2", "r_info >= 0", {{-1, "r_info"}}, true},
       {"I10",
        "work_x + heat_x = change of <phi>",
        {{1, "work_x"}, {1, "heat_x"}, {-1, "entropy_x_given_theta"}, {1, "entropy_x_given_theta", true}}},
       {"I13", "ep_x_path = fisher_dissipation = -flow_theta", {{1, "ep_x_path"}, {1, "flow_theta"}}},
       {"I13", "work_x = fisher_dissipation", {{1, "work_x"}, {-1, "fisher_dissipation"}}}});
}

template <Real R>
std::vector<Identity<R>> lagging_identities(const R& temperature) {
  return join(
      join(parameter_identities(temperature), observer_identities<R>()),
      {{"I1",
        "m_info + I(X;B|Theta) = l_info + I(Theta;B|X)",
        {{1, "m_info"}, {1, "_info_x_b_given_theta"}, {-1, "l_info"}, {-1, "r_info"}}},
       {"I1", "r_info as entropy difference and as mean relative entropy", {{1, "r_info"}, {-1, "_r_info_relative"}}},
       {"I1", "I(X;B|Theta) >= 0", {{-1, "_info_x_b_given_theta"}}, true},
       {"I2",
        "info_x_theta = l_info + info_x_theta_given_b - I(X;B|Theta)",
        {{1, "info_x_theta"}, {-1, "l_info"}, {-1, "info_x_theta_given_b"}, {1, "_info_x_b_given_theta"}}},
       {"I10", "work_x + heat_x = change of <phi>", {{1, "work_x"}, {1, "heat_x"}, {-1, "_phi"}, {1, "_phi", true}}},
       {"I10",
        "flow_theta as the rest of the change of info_x_theta_given_b = while Theta moves",
        {{1, "flow_theta"}, {-1, "_flow_theta_direct"}}},
       {"I11", "ep_x by currents = by entropy balance while X moves", {{1, "ep_x"}, {-1, "_ep_x_balance"}}}});
}

namespace {

template <Real R>
struct Residual {
  bool known = false;
  R value = 0, allowed = 0;
};

template <Real R>
Residual<R> residual(const Book<R>& book, std::size_t time, const Identity<R>& identity) {
  using std::fabs;
  Residual<R> out{true, R(0), R(0)};
  R size = 0;
  for (const Term<R>& term : identity.terms) {
    const auto& entries = term.at_start ? book.front() : book[time];
    const auto at = entries.find(term.quantity);
    if (at == entries.end() || !(at->second.error < num::infinity<R>())) return {};
    if (!(fabs(at->second.value) < num::infinity<R>())) return {};  // "inf"
    out.value += term.factor * at->second.value;
    out.allowed += fabs(term.factor) * at->second.error;
    size += fabs(term.factor) * fabs(at->second.value);
  }
  if (identity.stationary) {
    const auto left = book[time].find("_unrelaxed");
    if (left == book[time].end() || !(left->second.value < R(1e-6))) return {};
    out.allowed += left->second.value;
  }
  out.allowed += 16 * num::epsilon<R>() * size;  // round-off of this sum
  // currents are a check only, never printed: where they have not converged they judge nothing
  const bool currents = std::any_of(identity.terms.begin(), identity.terms.end(),
                                    [](const Term<R>& term) { return term.quantity == "_ep_currents"; });
  if (currents && !(out.allowed <= R(1e-3) * (1 + size))) return {};
  return out;
}

/// The largest residual of each identity; `violated` is called for each that exceeds its errors.
template <Real R>
std::vector<table::Check> worst_residuals(
    const Book<R>& book, const std::vector<Identity<R>>& identities,
    const std::function<void(const Identity<R>&, std::size_t, const Residual<R>&)>& violated) {
  using std::fabs;
  std::vector<table::Check> checks;
  for (const auto& identity : identities) {
    Residual<R> worst;
    for (std::size_t j = 0; j < book.size(); ++j) {
      auto r = residual(book, j, identity);
      if (!r.known) continue;
      if (identity.inequality && r.value < 0) r.value = 0;
      if (!(fabs(r.value) <= r.allowed)) violated(identity, j, r);
      if (!worst.known || fabs(r.value) > fabs(worst.value)) worst = r;
    }
    if (worst.known)
      checks.push_back(
          {identity.number, identity.statement, num::to_text(R(fabs(worst.value)), 2), num::to_text(worst.allowed, 2)});
  }
  return checks;
}

}  // namespace

template <Real R>
std::vector<table::Check> verify(const Book<R>& book, const std::vector<Identity<R>>& identities, const R& useless) {
  return worst_residuals<R>(book, identities, [&](const Identity<R>& identity, std::size_t j, const Residual<R>& r) {
    const std::string what = "identity " + identity.number + " (" + identity.statement +
                             ") is violated at time number " + std::to_string(j) + ": residual " +
                             num::to_text(r.value, 3) + ", allowed " + num::to_text(r.allowed, 3);
    if (r.allowed > useless)
      throw AccuracyError("the numbers do not converge: " + what +
                          "; ask for a narrower start, or a higher temperature");
    throw InternalError(what + "; please report this experiment");
  });
}

template <Real R>
bool consistent(const Book<R>& book, const std::vector<Identity<R>>& identities) {
  bool all = true;
  worst_residuals<R>(book, identities, [&](const Identity<R>&, std::size_t, const Residual<R>&) { all = false; });
  return all;
}

#define CALOR_INSTANTIATE(R)                                                 \
  template bool consistent(const Book<R>&, const std::vector<Identity<R>>&); \
  template std::vector<Identity<R>> equilibrium_identities(const R&);        \
  template std::vector<Identity<R>> lagging_identities(const R&);            \
  template std::vector<table::Check> verify(const Book<R>&, const std::vector<Identity<R>>&, const R&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::ledger
