// I(Theta;B), I(X;B) and I(X;Theta) from samples, with and without the likelihoods.
// Their biases at any size are exact where exact.hpp has the law. To first order, with c = ½ ⟨Var_c[p(a|c)]/p(a)²⟩_a:
// nested Monte Carlo + c/M, leave-one-out + c/(K−1), InfoNCE − c/K; two nested averages: c/M of the denominator minus
// that of the numerator.

#include <cmath>

#include "num/errors.hpp"
#include "validation/estimators/contrastive.hpp"
#include "validation/estimators/exact_counts.hpp"
#include "validation/estimators/mi_gaussian.hpp"
#include "validation/estimators/mi_ksg1.hpp"
#include "validation/estimators/mi_ksg2.hpp"
#include "validation/estimators/mi_plugin.hpp"
#include "validation/estimators/nested_monte_carlo.hpp"
#include "validation/judge/exact.hpp"
#include "validation/judge/pool.hpp"

namespace calor::judge {

namespace {

using estimators::Result;
using simulator::Stream;
using Shared = std::shared_ptr<Pool>;

constexpr std::size_t outer = 100;               // of nested Monte Carlo
const std::vector<std::size_t> inner{1, 4, 16};  // M
constexpr std::size_t most_pairs = 800;          // K: tables of K² likelihoods

struct Columns {
  std::vector<double> a, b;
  std::size_t da = 1, db = 1;
};

/// Which two variables.
enum class Pair { theta_data, x_data, x_theta };

Columns columns(const Pool& pool, Pair pair, std::size_t n, std::size_t r) {
  Columns out;
  const std::size_t from = r * pool.most;
  const auto copy = [&](const double* (Pool::*get)(std::size_t) const, std::size_t width, std::vector<double>& to) {
    for (std::size_t i = from; i < from + n; ++i) to.insert(to.end(), (pool.*get)(i), (pool.*get)(i) + width);
  };
  out.da = pair == Pair::theta_data ? pool.sample.parameters : pool.sample.width;
  copy(pair == Pair::theta_data ? &Pool::theta : &Pool::x, out.da, out.a);
  out.db = pool.sample.parameters;
  if (pair == Pair::x_theta)
    copy(&Pool::theta, out.db, out.b);
  else
    out.b = data_columns(pool, from, n, out.db);
  return out;
}

void add_continuous(Case& test, const Shared& pool, Pair pair, const std::string& quantity, double truth) {
  const auto add = [&](const std::string& name, Result (*run)(const Columns&)) {
    Subject s{name, quantity, truth, [=](std::size_t n, std::size_t r) { return run(columns(*pool, pair, n, r)); }};
    test.subjects.push_back(s);
  };
  add("mi-ksg1", [](const Columns& c) { return estimators::mi_ksg1({c.a, c.da}, {c.b, c.db}); });
  add("mi-ksg2", [](const Columns& c) { return estimators::mi_ksg2({c.a, c.da}, {c.b, c.db}); });
  add("mi-gaussian", [](const Columns& c) { return estimators::mi_gaussian({c.a, c.da}, {c.b, c.db}); });
}

/// Plug-in of letters a and types b; `joint` (may be empty) is their exact p(b, a).
void add_plugin(Case& test, const Shared& pool, const std::string& quantity, double truth,
                const std::function<std::size_t(std::size_t)>& letter, std::size_t letters,
                const std::vector<double>& joint) {
  Subject s{"mi-plugin", quantity, truth, nullptr};
  s.run = [=](std::size_t n, std::size_t r) {
    std::vector<estimators::Cell> cells;
    for (std::size_t i = r * pool->most; i < r * pool->most + n; ++i)
      cells.push_back({letter(i), static_cast<std::size_t>(pool->type[i]), 1});
    return estimators::mi_plugin(cells);
  };
  if (!joint.empty())
    s.prediction = {"exact", [=](std::size_t n) {
                      return n <= 2000 ? estimators::expected_mi_plugin(joint, letters, n) - truth : std::nan("");
                    }};
  test.subjects.push_back(s);
}

/// The two bounds from K pairs; table(trajectories from, n) fills the n × n log-likelihoods.
using FillTable = std::function<std::vector<double>(std::size_t from, std::size_t n)>;

using Expected = double (*)(const Exact&, Scheme, std::size_t);

/// The exact bias of an estimator, where the law is there; what Euler steps add to it is counted in.
Prediction predicted(const std::shared_ptr<const Exact>& exact, Expected expected, Scheme scheme, double truth) {
  if (!exact || expected == nullptr) return {};
  return {"exact", [=](std::size_t m) { return expected(*exact, scheme, m) - truth; }};
}

void add_bounds(Case& test, const Shared& pool, const std::string& quantity, double truth, const FillTable& fill,
                Expected expected) {
  const auto add = [&](const std::string& name, Scheme scheme) {
    Subject s{name, quantity, truth, nullptr};
    s.run = [=](std::size_t n, std::size_t r) {
      const std::vector<double> table = fill(r * pool->most, n);
      return scheme == Scheme::leave_one_out ? estimators::leave_one_out_upper({table, n})
                                             : estimators::info_nce_lower({table, n});
    };
    s.most = most_pairs;
    s.size_is = "K";
    s.prediction = predicted(pool->exact, expected, scheme, truth);
    test.subjects.push_back(s);
  };
  add("leave-one-out", Scheme::leave_one_out);
  add("info-nce", Scheme::info_nce);
}

Stream contrasts(const Options& options, const std::string& what, std::size_t replicate) {
  return {simulator::key_of(options.seed, simulator::hash("contrasts of " + what)), replicate,
          simulator::Channel::estimator};
}

std::size_t draw_type(const std::vector<Type>& types, Stream& random) {
  double u = random.uniform();
  std::size_t b = 0;
  while (b + 1 < types.size() && u >= types[b].weight) u -= types[b++].weight;
  return b;
}

/// I(Theta;B), ln rho(theta|b) over M fresh data sets.
void add_nested_theta(Case& test, const Shared& pool, const Options& options, double truth) {
  Subject s{"nested-mc", "m_info", truth, nullptr};
  const std::size_t rows = std::min(outer, pool->most);
  s.run = [=](std::size_t m, std::size_t r) {
    Stream random = contrasts(options, "theta", r);
    const std::size_t t = pool->sample.times - 1, b = pool->types.size();
    const double spread = pool->discrete_data ? 0 : pool->setting.target_stddev[0] / std::sqrt(pool->setting.size);
    std::vector<double> own, other;
    for (std::size_t i = r * pool->most; i < r * pool->most + rows; ++i) {
      own.push_back(pool->discrete_data ? pool->log_given[i * b + static_cast<std::size_t>(pool->type[i])]
                                        : pool->law->log_density(t, pool->theta(i), pool->statistic(i)));
      for (std::size_t k = 0; k < m; ++k) {
        if (pool->discrete_data) {
          other.push_back(pool->log_given[i * b + draw_type(pool->types, random)]);
          continue;
        }
        const double statistic[2] = {pool->setting.target_mean[0] + spread * random.normal(), 0};
        other.push_back(pool->law->log_density(t, pool->theta(i), statistic));
      }
    }
    return estimators::nested_monte_carlo({own, 1}, {other, m});
  };
  s.sizes = inner;
  s.size_is = "M (" + std::to_string(rows) + " outer)";
  s.prediction = predicted(pool->exact, expected_theta_data, Scheme::nested, truth);
  test.subjects.push_back(s);
}

void add_theta_data(Case& test, const Shared& pool, const Options& options) {
  double truth = 0;
  if (!exact_value(test, *pool, "m_info", truth)) return;
  const bool jump = pool->setting.mover == simulator::Mover::jump;
  const std::size_t b = pool->types.size(), t = pool->sample.times - 1;
  if (jump && pool->discrete_data) {
    const std::size_t states = pool->setting.states.size();
    std::vector<double> joint;
    for (const Type& type : pool->types)
      for (const auto& state : pool->setting.states)
        joint.push_back(type.weight * std::exp(pool->law->log_density(t, state.data(), type.statistic.data())));
    // expected_mi_plugin wants p(x, y) with `columns` letters y
    add_plugin(
        test, pool, "m_info", truth,
        [pool](std::size_t i) { return static_cast<std::size_t>(pool->sample.state[pool->last(i)]); }, states, joint);
  } else if (!jump) {
    add_continuous(test, pool, Pair::theta_data, "m_info", truth);
  }
  if (pool->log_given.empty()) {
    test.left_out.push_back("nested-mc, leave-one-out, info-nce of m_info: " +
                            (!pool->no_law.empty()  ? pool->no_law
                             : pool->setting.stream ? std::string("no average over streams")
                                                    : std::string("the data's types are too many")));
    return;
  }
  add_nested_theta(test, pool, options, truth);
  add_bounds(
      test, pool, "m_info", truth,
      [pool, b, t](std::size_t from, std::size_t n) {
        std::vector<double> table(n * n);
        for (std::size_t i = 0; i < n; ++i)
          for (std::size_t j = 0; j < n; ++j)
            table[i * n + j] = pool->discrete_data
                                   ? pool->log_given[(from + i) * b + static_cast<std::size_t>(pool->type[from + j])]
                                   : pool->law->log_density(t, pool->theta(from + i), pool->statistic(from + j));
        return table;
      },
      expected_theta_data);
}

/// Learners for two nested averages: outer data sets with one learner that shows x and M more; and M learners of other
/// data sets for each.
struct NestedPool {
  std::size_t rows = 0, copies = 0;
  simulator::Sample own, other;
};

std::shared_ptr<NestedPool> nested_pool(const Pool& pool, const Options& options) {
  auto out = std::make_shared<NestedPool>();
  out->rows = std::min(outer, pool.most);
  out->copies = inner.back() + 1;
  simulator::Options o = pool.options;
  o.follow = false;
  o.transitions = false;
  o.seed = options.seed + 1;
  o.copies = out->copies;
  o.replicates = options.replicates * out->rows * out->copies;
  out->own = simulator::simulate(pool.experiment, o);
  o.seed = options.seed + 2;
  o.copies = 1;
  o.replicates = options.replicates * out->rows * inner.back();
  out->other = simulator::simulate(pool.experiment, o);
  return out;
}

/// I(X;B): p(x|b) over M learners of the same data, p(x) over M learners of other data. I(X;Theta): p(x|theta) itself.
void add_nested_x(Case& test, const Shared& pool, const Options& options, bool of_theta, double truth) {
  if (!wanted(options, "nested-mc")) return;
  const auto nested = nested_pool(*pool, options);
  const auto energy = [pool](const simulator::Sample& s, std::size_t replicate, const double* x) {
    return -pool->setting.model->energy_of(&s.theta[(replicate * s.times + s.times - 1) * s.parameters], x);
  };
  const auto shown = [nested](std::size_t row) {
    const auto& s = nested->own;
    return &s.x[(row * nested->copies * s.times + s.times - 1) * s.width];
  };
  Subject s{"nested-mc", of_theta ? "info_x_theta" : "l_info", truth, nullptr};
  s.run = [=](std::size_t m, std::size_t r) {
    std::vector<double> own, other;
    for (std::size_t row = r * nested->rows; row < (r + 1) * nested->rows; ++row) {
      if (of_theta) own.push_back(energy(nested->own, row * nested->copies, shown(row)));
      for (std::size_t k = 0; k < m; ++k) {
        if (!of_theta) own.push_back(energy(nested->own, row * nested->copies + 1 + k, shown(row)));
        other.push_back(energy(nested->other, row * inner.back() + k, shown(row)));
      }
    }
    return estimators::nested_monte_carlo({own, of_theta ? 1 : m}, {other, m});
  };
  s.sizes = inner;
  s.size_is = "M (" + std::to_string(nested->rows) + " outer)";
  if (pool->exact && pool->discrete_x())
    s.prediction =
        of_theta ? predicted(pool->exact, expected_x_theta, Scheme::nested, truth)
                 : Prediction{"exact", [=](std::size_t m) { return expected_two_averages(*pool->exact, m) - truth; }};
  test.subjects.push_back(s);
}

void add_x_data(Case& test, const Shared& pool, const Options& options) {
  double truth = 0;
  if (!exact_value(test, *pool, "l_info", truth)) return;
  if (pool->discrete_x() && pool->discrete_data) {
    const auto given = outcome_given_type(*pool);
    const std::size_t outcomes = pool->letters;
    std::vector<double> joint;
    for (std::size_t e = 0; e < given.size(); ++e) joint.push_back(pool->types[e / outcomes].weight * given[e]);
    add_plugin(
        test, pool, "l_info", truth, [pool](std::size_t i) { return static_cast<std::size_t>(pool->x(i)[0]); },
        outcomes, joint);
    if (!given.empty())
      add_bounds(
          test, pool, "l_info", truth,
          [pool, given, outcomes](std::size_t from, std::size_t n) {
            std::vector<double> table(n * n);
            for (std::size_t i = 0; i < n; ++i)
              for (std::size_t j = 0; j < n; ++j)
                table[i * n + j] = std::log(given[static_cast<std::size_t>(pool->type[from + j]) * outcomes +
                                                  static_cast<std::size_t>(pool->x(from + i)[0])]);
            return table;
          },
          expected_x_data);
  } else if (!pool->discrete_x() && pool->experiment.model.kind != "linear-regression") {
    add_continuous(test, pool, Pair::x_data, "l_info", truth);
  }
  if (pool->setting.equilibrium())
    add_nested_x(test, pool, options, false, truth);
  else
    test.left_out.push_back("nested-mc of l_info: with a lagging sampler p(x|theta_t) is not the law of X");
}

void add_x_theta(Case& test, const Shared& pool, const Options& options) {
  double truth = 0;
  if (!exact_value(test, *pool, "info_x_theta", truth)) return;
  if (!pool->discrete_x() && pool->experiment.model.kind != "linear-regression" &&
      pool->setting.mover != simulator::Mover::jump)
    add_continuous(test, pool, Pair::x_theta, "info_x_theta", truth);
  if (!pool->setting.equilibrium()) return;
  add_bounds(
      test, pool, "info_x_theta", truth,
      [pool](std::size_t from, std::size_t n) {
        std::vector<double> table(n * n);
        for (std::size_t i = 0; i < n; ++i)
          for (std::size_t j = 0; j < n; ++j)
            table[i * n + j] = -pool->setting.model->energy_of(pool->theta(from + j), pool->x(from + i));
        return table;
      },
      pool->discrete_x() ? expected_x_theta : nullptr);
  add_nested_x(test, pool, options, true, truth);
}

}  // namespace

void add_information(Case& test, const Shared& pool, const Options& options) {
  if (pool->fixed_data())
    test.left_out.push_back("m_info, l_info: one data set has no information");
  else if (!pool->setting.stream) {
    add_theta_data(test, pool, options);
    add_x_data(test, pool, options);
  }
  add_x_theta(test, pool, options);
}

}  // namespace calor::judge
