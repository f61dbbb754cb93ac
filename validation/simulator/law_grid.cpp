// One parameter: the steps' kernels are mixtures of Gaussians, K(θ'|θ) = Σ_c w_c N(θ'; m_c(θ), v(θ)); densities follow
// by the trapezoidal rule on a uniform grid, exponentially accurate for them: spacing √v/1.4 errs by 2 e^{−2π² 1.96} of
// 1e-17. Off the grid the density is the last step's integral, by the same rule.

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <vector>

#include "num/errors.hpp"
#include "validation/simulator/elementary.hpp"
#include "validation/simulator/equal_steps.hpp"
#include "validation/simulator/law.hpp"
#include "validation/simulator/law_steps.hpp"
#include "validation/simulator/setting.hpp"

namespace calor::simulator {

namespace {

constexpr double reach = 9.5;        // standard deviations of a kernel: e^{-45}
constexpr double edge_decades = 34;  // e-folds by which densities must have fallen at the edges
constexpr std::size_t most_nodes = 20000;
constexpr double most_kept = 2e8;  // kept of streams

struct Peak {
  double log_weight, mean, variance;
};

class GridLaw final : public Law {
 public:
  explicit GridLaw(Setting setting) : s_(std::move(setting)) {
    const double spread = *std::max_element(s_.start_stddev.begin(), s_.start_stddev.end());
    start_ = s_.start_mean[0] - 9 * spread;
    end_ = s_.start_mean[0] + 9 * spread;
  }

  double log_density(std::size_t t, const double* theta, const double* statistic) override {
    const Snapshot& at = known(statistic)[t];
    if (at.log_density.empty()) return log_start(theta[0]);
    const auto exponent = [&](std::size_t i, const Peak& g) {
      const double z = theta[0] - g.mean;
      return at.log_density[i] + g.log_weight - z * z / (2 * g.variance);
    };
    double top = -std::numeric_limits<double>::infinity(), sum = 0;
    for (std::size_t i = 0; i < at.log_density.size(); ++i)
      for (const Peak& g : at.kernel[i]) top = std::max(top, exponent(i, g));
    if (std::isinf(top)) return top;
    for (std::size_t i = 0; i < at.log_density.size(); ++i)
      for (const Peak& g : at.kernel[i])
        if (const double e = exponent(i, g) - top; e > -40) sum += std::exp(e);
    return top + std::log(sum * at.spacing) - log_two_pi / 2;
  }

  void prepare(const std::vector<std::vector<double>>& statistics, int) override {
    for (const auto& statistic : statistics) {
      double numbers = 0;
      for (const Snapshot& at : known(statistic.data())) numbers += 4 * static_cast<double>(at.log_density.size());
      if (s_.stream && numbers * static_cast<double>(statistics.size()) > most_kept)
        throw InputError("the simulator's law of " + std::to_string(statistics.size()) + " streams takes " +
                         std::to_string(static_cast<long>(numbers)) + " numbers each; allowed: 2e8 in all");
    }
  }

 private:
  using Kernel = std::vector<std::vector<Peak>>;  // [node]

  /// ln of the density on the grid before the last step, and that step with ln 1/sqrt(v) among the weights.
  struct Snapshot {
    std::vector<double> log_density;
    Kernel kernel;
    double spacing = 0;
  };

  const std::vector<Snapshot>& known(const double* statistic) {
    const std::vector<double> key(statistic, statistic + given_size(s_));
    auto place = known_.find(key);
    if (place == known_.end()) place = known_.emplace(key, evolve(key)).first;
    return place->second;
  }

  double log_start(double theta) const {
    const double z = (theta - s_.start_mean[0]) / s_.start_stddev[0];
    return -log_two_pi / 2 - std::log(s_.start_stddev[0]) - z * z / 2;
  }

  /// The step from theta.
  std::vector<Peak> step_from(double theta, const std::vector<double>& statistic, const Batches& batches,
                              const StepKind& step) const {
    std::vector<Peak> out;
    const auto slope = [&](const std::vector<double>& t) {
      double g = 0;
      s_.model->gradient(&theta, t.data(), &g);
      return g + s_.weight_decay * theta;
    };
    const double middle = step.start + step.length / 2;
    if (s_.mover == Mover::sgld) {
      const double eta = s_.learning_rate.at(step.start), variance = 2 * eta * s_.temperature.at(step.start);
      if (!mixes(s_)) return {{0, theta - eta * slope(statistic), variance}};
      for (std::size_t c = 0; c < batches.statistic.size(); ++c)
        out.push_back({batches.log_weight[c], theta - eta * slope(batches.statistic[c]), variance});
      return out;
    }
    if (s_.mover == Mover::diffusion) {
      double first = 0, second = 0;
      for (std::size_t c = 0; c < batches.statistic.size(); ++c) {  // of single examples
        const double w = std::exp(batches.log_weight[c]), g = slope(batches.statistic[c]);
        first += w * g;
        second += w * g * g;
      }
      const double noise = s_.learning_rate.at(middle) / (2.0 * s_.batch) * (second - first * first);
      return {{0, theta - step.length * slope(statistic), 2 * (noise + s_.temperature.at(middle)) * step.length}};
    }
    const double mobility = s_.mobility.at(middle);
    return {
        {0, theta - mobility * step.length * slope(statistic), 2 * mobility * s_.temperature.at(middle) * step.length}};
  }

  Kernel kernel_of(const std::vector<double>& statistic, const Batches& batches, const StepKind& step,
                   std::size_t nodes, double spacing) const {
    Kernel kernel;
    for (std::size_t i = 0; i < nodes; ++i)
      kernel.push_back(step_from(start_ + spacing * static_cast<double>(i), statistic, batches, step));
    return kernel;
  }

  /// Values of the kernel at the nodes in reach of each node.
  std::vector<Band> bands_of(const Kernel& kernel, double spacing) const {
    std::vector<Band> bands(kernel.size());
    const auto last = static_cast<double>(kernel.size() - 1);
    for (std::size_t i = 0; i < kernel.size(); ++i) {
      double low = 1e300, high = -1e300;
      for (const Peak& g : kernel[i]) {
        low = std::min(low, g.mean - reach * std::sqrt(g.variance));
        high = std::max(high, g.mean + reach * std::sqrt(g.variance));
      }
      const double from = std::clamp(std::floor((low - start_) / spacing), 0.0, last);
      const double to = std::clamp(std::ceil((high - start_) / spacing), 0.0, last);
      bands[i].first = static_cast<std::size_t>(from);
      for (double j = from; j <= to; ++j) {
        double sum = 0;
        for (const Peak& g : kernel[i]) {
          const double z = start_ + spacing * j - g.mean;
          sum += std::exp(g.log_weight - z * z / (2 * g.variance)) / std::sqrt(g.variance);
        }
        bands[i].value.push_back(sum * spacing / std::sqrt(std::exp(log_two_pi)));
      }
    }
    return bands;
  }

  double spacing_for(const std::vector<double>& given, const Batches& batches,
                     const std::vector<std::vector<StepKind>>& all) const {
    double narrowest = s_.start_stddev[0];
    for (const auto& some : all)
      for (const StepKind& step : some) {
        if (same_kernel(s_, step, some.front()) && &step != &some.front()) break;
        for (int i = 0; i <= 20; ++i)
          for (const Peak& g : step_from(start_ + (end_ - start_) * i / 20, seen_at(s_, given, step), batches, step))
            narrowest = std::min(narrowest, std::sqrt(g.variance));
      }
    return narrowest / 1.4;
  }

  /// Enlarges the grid until the densities have died out at its edges.
  std::vector<Snapshot> evolve(const std::vector<double>& given) {
    for (int attempt = 0; attempt < 40; ++attempt) {
      std::vector<Snapshot> out;
      bool low = false, high = false;
      if (try_evolve(given, out, low, high)) return out;
      const double more = (end_ - start_) / 4;
      if (low) start_ -= more;
      if (high) end_ += more;
    }
    throw AccuracyError("the simulator's law: no grid holds the density");
  }

  bool try_evolve(const std::vector<double>& given, std::vector<Snapshot>& out, bool& low, bool& high) const {
    const bool mixed = mixes(s_);
    const int examples = mixed ? s_.batch : 1;
    const Batches batches = mixed || s_.mover == Mover::diffusion ? batches_of(*s_.model, given, examples) : Batches{};
    if (batches.statistic.empty() && (mixed || s_.mover == Mover::diffusion))
      throw InternalError("the simulator's law: no minibatches of these data");
    const auto all = steps_of(s_);
    const double spacing = spacing_for(given, batches, all);
    const auto nodes = static_cast<std::size_t>((end_ - start_) / spacing) + 2;
    if (nodes > most_nodes)
      throw InputError("the simulator's law needs " + std::to_string(nodes) + " nodes; allowed: 20000");
    std::vector<double> density(nodes);
    for (std::size_t i = 0; i < nodes; ++i) density[i] = std::exp(log_start(start_ + spacing * static_cast<double>(i)));
    Kernel kernel;
    std::vector<Band> bands;
    StepKind held;
    std::vector<double> seen;  // by the held step
    const auto as_held = [&](const StepKind& step) {
      return same_kernel(s_, step, held) && seen_at(s_, given, step) == seen;
    };
    for (const auto& some : all) {
      if (some.empty()) {
        out.push_back(out.empty() ? Snapshot{} : out.back());
        continue;
      }
      for (std::size_t k = 0; k < some.size();) {
        if (bands.empty() || !as_held(some[k])) {
          seen = seen_at(s_, given, some[k]);
          kernel = kernel_of(seen, batches, some[k], nodes, spacing);
          bands = bands_of(kernel, spacing);
          held = some[k];
        }
        if (k + 1 == some.size()) {
          out.push_back({density, kernel, spacing});
          for (double& v : out.back().log_density) v = std::log(v);
          for (auto& some_of : out.back().kernel)
            for (Peak& g : some_of) g.log_weight -= std::log(g.variance) / 2;
          one_step(bands, density);
          break;
        }
        std::size_t end = k + 1;
        while (end + 1 < some.size() && as_held(some[end])) ++end;
        const Reached reached = equal_steps(bands, static_cast<long>(end - k), density);
        low = reached.low;
        high = reached.high;
        if (low || high) return false;
        k = end;
      }
      const double floor = *std::max_element(density.begin(), density.end()) * std::exp(-edge_decades);
      low = density.front() > floor;
      high = density.back() > floor;
      if (low || high) return false;
    }
    return true;
  }

  Setting s_;
  double start_, end_;
  std::map<std::vector<double>, std::vector<Snapshot>> known_;
};

}  // namespace

std::unique_ptr<Law> grid_law(Setting setting) { return std::make_unique<GridLaw>(std::move(setting)); }

}  // namespace calor::simulator
