// Two parameters: the steps' kernels are mixtures of Gaussians, K(θ'|θ) = Σ_c w_c N(θ'; m_c(θ), V(θ)); densities follow
// by the trapezoidal rule on a uniform lattice, q(θ') = h_x h_y Σ_i p(θ_i) K(θ'|θ_i). With spacings of at most σ/1.2,
// σ² the least eigenvalue of V, it errs by 4 e^{−2π² 1.44} = 2e-12 a step. V is a number (langevin, sgld) or a matrix
// (sgd-diffusion); a row of N(θ'; m, V) is a Gaussian in θ'_x about m_x + (V_xy/V_yy)(θ'_y − m_y) of variance
// V_xx − V_xy²/V_yy. Off the lattice the density is the last step's integral, by the same rule.

#include <fmt/format.h>

#include <Eigen/Dense>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <tuple>

#include "num/errors.hpp"
#include "num/parallel.hpp"
#include "validation/simulator/law.hpp"
#include "validation/simulator/law_steps.hpp"

namespace calor::simulator {

namespace {

using Point = std::array<double, 2>;

constexpr double fineness = 1.2;         // σ over the spacing
constexpr double kernel_reach = 7;       // in σ: 3e-12 lies beyond
constexpr double negligible_at = 1e-18;  // of the largest value: such a node sends nothing on
constexpr double edge_at = 1e-12;        // of the largest value: allowed at the edges
constexpr double box_reach = 8.5;        // standard deviations
constexpr double most_work = 2e11;       // products of one law
constexpr std::size_t most_lattice = 2'000'000;

/// w N(θ'; mean, V) in rows: along y of variance `along`, then about mean_x + tilt (y − mean_y) of variance `across`.
struct PlanePeak {
  double log_weight = 0;
  Point mean{};
  double along = 0, across = 0, tilt = 0;
};

/// e^{−z²/2v}/√(2πv) at z, z + h, ...: from each value to the next by a ratio, which itself has a constant ratio.
void fill_gaussian(double z, double h, double variance, double* out, std::size_t n) {
  double value = std::exp(-z * z / (2 * variance)) / std::sqrt(2 * M_PI * variance);
  double ratio = std::exp(-(2 * z + h) * h / (2 * variance));
  const double change = std::exp(-h * h / variance);
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = value;
    value *= ratio;
    ratio *= change;
  }
}

struct Lattice {
  Point low{}, spacing{};
  std::array<std::size_t, 2> nodes{};

  std::size_t size() const { return nodes[0] * nodes[1]; }
  double at(std::size_t axis, std::size_t i) const { return low[axis] + spacing[axis] * static_cast<double>(i); }
  Point point(std::size_t i) const { return {at(0, i % nodes[0]), at(1, i / nodes[0])}; }
  double cell() const { return spacing[0] * spacing[1]; }

  /// Nodes within `reach` of `centre`: the first and how many.
  std::pair<std::size_t, std::size_t> within(std::size_t axis, double centre, double reach) const {
    const double last = static_cast<double>(nodes[axis] - 1);
    const double from = std::max(0.0, std::ceil((centre - reach - low[axis]) / spacing[axis]));
    const double to = std::min(last, std::floor((centre + reach - low[axis]) / spacing[axis]));
    if (!(from <= to)) return {0, 0};
    return {static_cast<std::size_t>(from), static_cast<std::size_t>(to - from) + 1};
  }
};

/// Σ of Gaussians, sorted into square buckets as wide as nine of the widest deviations: at a point those of the buckets
/// around it matter, others are below e^{−40} of what they have at their own places.
class Mixture {
 public:
  Mixture() = default;
  explicit Mixture(std::vector<PlanePeak> peaks) : peaks_(std::move(peaks)) {
    double widest = 0;
    low_ = high_ = peaks_.front().mean;
    for (PlanePeak& g : peaks_) {
      g.log_weight -= std::log(2 * M_PI) + std::log(g.along * g.across) / 2;
      widest = std::max({widest, g.along, g.across + g.tilt * g.tilt * g.along});
      for (std::size_t a = 0; a < 2; ++a) {
        low_[a] = std::min(low_[a], g.mean[a]);
        high_[a] = std::max(high_[a], g.mean[a]);
      }
    }
    width_ = 9 * std::sqrt(widest);
    for (std::size_t a = 0; a < 2; ++a) buckets_[a] = std::floor((high_[a] - low_[a]) / width_) + 1;
    std::sort(peaks_.begin(), peaks_.end(), [this](const auto& f, const auto& g) { return number(f) < number(g); });
    first_.assign(static_cast<std::size_t>(buckets_[0] * buckets_[1]) + 1, 0);
    for (const PlanePeak& g : peaks_) ++first_[static_cast<std::size_t>(number(g)) + 1];
    for (std::size_t i = 1; i < first_.size(); ++i) first_[i] += first_[i - 1];
  }

  bool empty() const { return peaks_.empty(); }

  double log_at(const Point& theta) const {
    Sum sum;
    const double x = std::floor((theta[0] - low_[0]) / width_), y = std::floor((theta[1] - low_[1]) / width_);
    const double from = std::max(0.0, x - 1), to = std::min(buckets_[0] - 1, x + 1);
    for (double row = std::max(0.0, y - 1); from <= to && row <= std::min(buckets_[1] - 1, y + 1); ++row) {
      const auto begin = static_cast<std::size_t>(row * buckets_[0] + from);
      const auto end = static_cast<std::size_t>(row * buckets_[0] + to) + 1;
      for (std::size_t i = first_[begin]; i < first_[end]; ++i) sum.add(exponent(peaks_[i], theta));
    }
    if (sum.total == 0)
      for (const PlanePeak& g : peaks_) sum.add(exponent(g, theta));
    return sum.top + std::log(sum.total);
  }

 private:
  struct Sum {
    double top = -std::numeric_limits<double>::infinity(), total = 0;  // e^top total
    void add(double e) {
      if (e <= top) {
        if (e > top - 40) total += std::exp(e - top);
      } else {
        total = total * std::exp(top - e) + 1;
        top = e;
      }
    }
  };

  static double exponent(const PlanePeak& g, const Point& theta) {
    const double y = theta[1] - g.mean[1], x = theta[0] - g.mean[0] - g.tilt * y;
    return g.log_weight - (y * y / g.along + x * x / g.across) / 2;
  }
  double number(const PlanePeak& g) const {
    const double x = std::floor((g.mean[0] - low_[0]) / width_), y = std::floor((g.mean[1] - low_[1]) / width_);
    return std::min(y, buckets_[1] - 1) * buckets_[0] + std::min(x, buckets_[0] - 1);
  }

  std::vector<PlanePeak> peaks_;
  Point low_{}, high_{};
  double width_ = 1;
  std::array<double, 2> buckets_{1, 1};
  std::vector<std::size_t> first_;  // [bucket]
};

/// The step to a point of time from the density before it (empty: the start), and averages after it.
struct PlaneSnapshot {
  Mixture density;
  Law::Averages averages;
};

/// A step's kernels at the nodes, kept while steps are alike.
struct Kernels {
  StepKind step{0, -1};
  std::vector<double> statistic;
  std::vector<char> known;       // [node]
  std::vector<PlanePeak> peaks;  // [node][batch]
};

/// The axes on which a density was seen to reach the edges.
struct Edges {
  std::array<bool, 2> low{}, high{};
  bool any() const { return low[0] || low[1] || high[0] || high[1]; }
};

class PlaneLaw final : public Law {
 public:
  PlaneLaw(Setting setting, const Point& low, const Point& high)
      : s_(std::move(setting)), steps_(steps_of(s_)), low_(low), high_(high) {}

  double log_density(std::size_t t, const double* theta, const double* statistic) override {
    const PlaneSnapshot& at = known(statistic)[t];
    return at.density.empty() ? log_start({theta[0], theta[1]}) : at.density.log_at({theta[0], theta[1]});
  }

  std::optional<Averages> averages(std::size_t t, const double* statistic) override {
    if (s_.stream) return std::nullopt;  // there the loss is another at every step
    return known(statistic)[t].averages;
  }

  void prepare(const std::vector<std::vector<double>>& statistics, int threads) override {
    std::vector<std::vector<double>> missing;
    for (const auto& s : statistics)
      if (!known_.contains(s) && std::find(missing.begin(), missing.end(), s) == missing.end()) missing.push_back(s);
    std::vector<std::vector<PlaneSnapshot>> found(missing.size());
    num::parallel_for(static_cast<int>(missing.size()), threads, [&](int i) {
      found[static_cast<std::size_t>(i)] = evolve(missing[static_cast<std::size_t>(i)]);
    });
    for (std::size_t i = 0; i < missing.size(); ++i) known_.emplace(missing[i], std::move(found[i]));
  }

  /// Products that one data set needs.
  double work() const {
    double steps = 0;
    for (const auto& some : steps_) steps += static_cast<double>(some.size());
    const double band = 2 * kernel_reach * fineness + 1;
    const double kernels = mixes(s_) ? batch_count(*s_.model, s_.batch) : 1;
    const Point spacing = finest();
    const double nodes = (high_[0] - low_[0]) / spacing[0] * (high_[1] - low_[1]) / spacing[1];
    return nodes * band * band * kernels * steps;
  }

 private:
  const std::vector<PlaneSnapshot>& known(const double* statistic) {
    const std::vector<double> key(statistic, statistic + given_size(s_));
    auto place = known_.find(key);
    if (place == known_.end()) place = known_.emplace(key, evolve(key)).first;
    return place->second;
  }

  double log_start(const Point& theta) const {
    double sum = 0;
    for (std::size_t a = 0; a < 2; ++a) {
      const double z = (theta[a] - s_.start_mean[a]) / s_.start_stddev[a];
      sum -= std::log(2 * M_PI) / 2 + std::log(s_.start_stddev[a]) + z * z / 2;
    }
    return sum;
  }

  Point slope(const Point& theta, const std::vector<double>& statistic) const {
    Point out;
    s_.model->gradient(theta.data(), statistic.data(), out.data());
    for (std::size_t a = 0; a < 2; ++a) out[a] += s_.weight_decay * theta[a];
    return out;
  }

  /// Appends the step from theta.
  void step_from(const Point& theta, const std::vector<double>& statistic, const Batches& batches, const StepKind& step,
                 std::vector<PlanePeak>& out) const {
    const auto add = [&](double log_weight, const std::vector<double>& t, double push, double variance) {
      const Point g = slope(theta, t);
      out.push_back({log_weight, {theta[0] - push * g[0], theta[1] - push * g[1]}, variance, variance, 0});
    };
    const double middle = step.start + step.length / 2;
    if (s_.mover == Mover::sgld) {
      const double eta = s_.learning_rate.at(step.start), variance = 2 * eta * s_.temperature.at(step.start);
      if (!mixes(s_)) return add(0, statistic, eta, variance);
      for (std::size_t c = 0; c < batches.statistic.size(); ++c)
        add(batches.log_weight[c], batches.statistic[c], eta, variance);
      return;
    }
    if (s_.mover == Mover::diffusion) {
      const auto v = variance_of_step(theta, batches, step);
      add(0, statistic, step.length, v[2]);
      out.back().tilt = v[1] / v[2];
      out.back().across = v[0] - v[1] * v[1] / v[2];
      return;
    }
    const double push = s_.mobility.at(middle) * step.length;
    add(0, statistic, push, 2 * push * s_.temperature.at(middle));
  }

  /// 2 D dt of sgd-diffusion: xx, xy, yy.
  std::array<double, 3> variance_of_step(const Point& theta, const Batches& single, const StepKind& step) const {
    const double middle = step.start + step.length / 2;
    std::array<double, 3> second{};
    Point first{};
    for (std::size_t c = 0; c < single.statistic.size(); ++c) {
      const double w = std::exp(single.log_weight[c]);
      const Point g = slope(theta, single.statistic[c]);
      for (std::size_t a = 0; a < 2; ++a) first[a] += w * g[a];
      for (std::size_t e = 0; e < 3; ++e) second[e] += w * g[e / 2] * g[(e + 1) / 2];
    }
    for (std::size_t e = 0; e < 3; ++e) {
      second[e] -= first[e / 2] * first[(e + 1) / 2];
      second[e] *= s_.learning_rate.at(middle) / s_.batch * step.length;
      if (e != 1) second[e] += 2 * s_.temperature.at(middle) * step.length;
    }
    return second;
  }

  /// Spacings for the narrowest of start and steps; the least eigenvalue of D is at least T.
  Point finest() const {
    double narrowest = std::numeric_limits<double>::infinity();
    for (const auto& some : steps_)
      for (const StepKind& step : some) narrowest = std::min(narrowest, std::sqrt(least_variance(step)));
    return {std::min(narrowest, s_.start_stddev[0]) / fineness, std::min(narrowest, s_.start_stddev[1]) / fineness};
  }

  double least_variance(const StepKind& step) const {
    const double middle = step.start + step.length / 2;
    if (s_.mover == Mover::sgld) return 2 * s_.learning_rate.at(step.start) * s_.temperature.at(step.start);
    const double mobility = s_.mover == Mover::euler ? s_.mobility.at(middle) : 1;
    return 2 * mobility * s_.temperature.at(middle) * step.length;
  }

  /// Enlarges the box until the density has died out at its edges.
  std::vector<PlaneSnapshot> evolve(const std::vector<double>& given) const {
    Point low = low_, high = high_;
    for (int attempt = 0; attempt < 20; ++attempt) {
      std::vector<PlaneSnapshot> out;
      const Edges reached = try_evolve(given, low, high, out);
      if (!reached.any()) return out;
      for (std::size_t a = 0; a < 2; ++a) {
        const double more = (high[a] - low[a]) / 3;
        if (reached.low[a]) low[a] -= more;
        if (reached.high[a]) high[a] += more;
      }
    }
    throw AccuracyError("the simulator's law: no lattice holds the density");
  }

  Edges try_evolve(const std::vector<double>& given, const Point& low, const Point& high,
                   std::vector<PlaneSnapshot>& out) const {
    const bool mixed = mixes(s_);
    Batches batches;
    if (mixed || s_.mover == Mover::diffusion) batches = batches_of(*s_.model, given, mixed ? s_.batch : 1);
    Lattice lattice;
    lattice.low = low;
    lattice.spacing = finest();
    for (std::size_t a = 0; a < 2; ++a)
      lattice.nodes[a] = static_cast<std::size_t>((high[a] - low[a]) / lattice.spacing[a]) + 2;
    if (lattice.size() > most_lattice)
      throw InputError("the simulator's law needs " + std::to_string(lattice.size()) +
                       " nodes; allowed: " + std::to_string(most_lattice));
    Kernels kernels;
    std::vector<double> density(lattice.size()), next;
    for (std::size_t i = 0; i < density.size(); ++i) density[i] = std::exp(log_start(lattice.point(i)));
    Edges reached = edges(lattice, density);
    for (const auto& some : steps_) {
      for (std::size_t k = 0; k < some.size() && !reached.any(); ++k) {
        fill(kernels, lattice, density, seen_at(s_, given, some[k]), batches, some[k]);
        if (k + 1 == some.size()) out.push_back({last_step(lattice, density, kernels), {}});
        one_step_on(lattice, density, kernels, next, reached);
        density.swap(next);
        const Edges at = edges(lattice, density);
        for (std::size_t a = 0; a < 2; ++a) {
          reached.low[a] = reached.low[a] || at.low[a];
          reached.high[a] = reached.high[a] || at.high[a];
        }
      }
      if (reached.any()) return reached;
      if (some.empty()) out.push_back(out.empty() ? PlaneSnapshot{} : out.back());
      if (!s_.stream) out.back().averages = averages_of(lattice, density, given);
    }
    return reached;
  }

  static double largest(const std::vector<double>& density) {
    return *std::max_element(density.begin(), density.end());
  }

  static Edges edges(const Lattice& lattice, const std::vector<double>& density) {
    const double allowed = edge_at * largest(density);
    const std::size_t nx = lattice.nodes[0], ny = lattice.nodes[1];
    Edges out;
    for (std::size_t x = 0; x < nx; ++x) {
      out.low[1] = out.low[1] || density[x] > allowed;
      out.high[1] = out.high[1] || density[(ny - 1) * nx + x] > allowed;
    }
    for (std::size_t y = 0; y < ny; ++y) {
      out.low[0] = out.low[0] || density[y * nx] > allowed;
      out.high[0] = out.high[0] || density[y * nx + nx - 1] > allowed;
    }
    return out;
  }

  /// The kernels at all nodes that matter.
  void fill(Kernels& kernels, const Lattice& lattice, const std::vector<double>& density,
            const std::vector<double>& statistic, const Batches& batches, const StepKind& step) const {
    const std::size_t each = mixes(s_) ? batches.statistic.size() : 1;
    if (kernels.known.empty() || !same_kernel(s_, step, kernels.step) || kernels.statistic != statistic) {
      kernels.known.assign(lattice.size(), 0);
      kernels.peaks.resize(lattice.size() * each);
      kernels.step = step;
      kernels.statistic = statistic;
    }
    const double top = largest(density);
    std::vector<PlanePeak> peaks;
    for (std::size_t i = 0; i < density.size(); ++i) {
      if (density[i] <= negligible_at * top || kernels.known[i] != 0) continue;
      peaks.clear();
      step_from(lattice.point(i), statistic, batches, step, peaks);
      std::copy(peaks.begin(), peaks.end(), kernels.peaks.begin() + static_cast<std::ptrdiff_t>(i * each));
      kernels.known[i] = 1;
    }
  }

  /// `reached`: where steps lead out of the box.
  void one_step_on(const Lattice& lattice, const std::vector<double>& density, const Kernels& kernels,
                   std::vector<double>& next, Edges& reached) const {
    const double top = largest(density);
    const std::size_t each = kernels.peaks.size() / density.size();
    next.assign(density.size(), 0.0);
    for (std::size_t i = 0; i < density.size(); ++i) {
      if (density[i] <= negligible_at * top) continue;
      for (std::size_t c = 0; c < each; ++c) {
        const PlanePeak& g = kernels.peaks[i * each + c];
        scatter(lattice, g, density[i] * lattice.cell() * std::exp(g.log_weight), next);
        if (density[i] <= edge_at * top) continue;
        for (std::size_t a = 0; a < 2; ++a) {
          reached.low[a] = reached.low[a] || g.mean[a] < lattice.low[a];
          reached.high[a] = reached.high[a] || g.mean[a] > lattice.at(a, lattice.nodes[a] - 1);
        }
      }
    }
  }

  /// next += mass N(.; peak).
  static void scatter(const Lattice& lattice, const PlanePeak& g, double mass, std::vector<double>& next) {
    const double reach = kernel_reach * std::sqrt(g.across);
    auto [first, n] = lattice.within(0, g.mean[0], reach);
    const auto [row, rows] = lattice.within(1, g.mean[1], kernel_reach * std::sqrt(g.along));
    if (n == 0 && g.tilt == 0) return;
    thread_local std::vector<double> along, across;
    along.resize(rows);
    across.resize(lattice.nodes[0]);
    fill_gaussian(lattice.at(1, row) - g.mean[1], lattice.spacing[1], g.along, along.data(), rows);
    if (g.tilt == 0) fill_gaussian(lattice.at(0, first) - g.mean[0], lattice.spacing[0], g.across, across.data(), n);
    for (std::size_t j = 0; j < rows; ++j) {
      if (g.tilt != 0) {
        const double centre = g.mean[0] + g.tilt * (lattice.at(1, row + j) - g.mean[1]);
        std::tie(first, n) = lattice.within(0, centre, reach);
        fill_gaussian(lattice.at(0, first) - centre, lattice.spacing[0], g.across, across.data(), n);
      }
      const auto length = static_cast<Eigen::Index>(n);
      Eigen::Map<Eigen::ArrayXd>(&next[(row + j) * lattice.nodes[0] + first], length) +=
          mass * along[j] * Eigen::Map<const Eigen::ArrayXd>(across.data(), length);
    }
  }

  Mixture last_step(const Lattice& lattice, const std::vector<double>& density, const Kernels& kernels) const {
    const double top = largest(density);
    const std::size_t each = kernels.peaks.size() / density.size();
    std::vector<PlanePeak> out;
    for (std::size_t i = 0; i < density.size(); ++i) {
      if (density[i] <= negligible_at * top) continue;
      for (std::size_t c = 0; c < each; ++c) {
        out.push_back(kernels.peaks[i * each + c]);
        out.back().log_weight += std::log(density[i] * lattice.cell());
      }
    }
    return Mixture(std::move(out));
  }

  Averages averages_of(const Lattice& lattice, const std::vector<double>& density,
                       const std::vector<double>& statistic) const {
    Averages out;
    for (std::size_t i = 0; i < density.size(); ++i) {
      const double p = density[i] * lattice.cell();
      if (!(p > 0)) continue;
      const Point at = lattice.point(i);
      const double square = at[0] * at[0] + at[1] * at[1];
      out.loss += p * (s_.model->energy(at.data(), statistic.data()) + s_.weight_decay / 2 * square);
      out.entropy -= p * std::log(density[i]);
      out.total += p;
    }
    return out;
  }

  Setting s_;
  std::vector<std::vector<StepKind>> steps_;
  Point low_, high_;
  std::map<std::vector<double>, std::vector<PlaneSnapshot>> known_;
};

std::string words(double x) { return fmt::format("{:.2g}", x); }

/// How many data sets there may be among `replicates`.
double data_sets(const Setting& s, std::size_t replicates) {
  const auto drawn = static_cast<double>(replicates);
  if (!s.examples.empty()) return 1;
  if (s.target.empty()) return drawn;
  double ways = 1, letters = 0;  // C(N + letters - 1, N); a stream: as many a step, for its batch
  for (const double p : s.target) letters += p > 0;
  for (int k = 1; k <= (s.stream ? s.batch : s.size) && ways < drawn; ++k) ways *= (letters - 1 + k) / k;
  if (s.stream) ways = std::pow(ways, s.times.back());
  return std::min(ways, drawn);
}

/// Where a few trajectories say that the densities are.
void find_box(const Setting& s, Point& low, Point& high) {
  experiment::Experiment e = *s.experiment;
  e.sampler = experiment::Sampler{};
  Options o;
  o.step = std::max(s.micro, make_setting(e, 0).micro);  // short enough for this
  o.replicates = 200;
  const Sample sample = simulate(e, o);
  for (std::size_t a = 0; a < 2; ++a) {
    low[a] = s.start_mean[a] - box_reach * s.start_stddev[a];
    high[a] = s.start_mean[a] + box_reach * s.start_stddev[a];
    for (std::size_t t = 0; t < sample.times; ++t) {
      double sum = 0, square = 0;
      for (std::size_t r = 0; r < sample.replicates; ++r) {
        const double v = sample.theta[(r * sample.times + t) * 2 + a] - s.start_mean[a];
        sum += v;
        square += v * v;
      }
      const auto n = static_cast<double>(sample.replicates);
      const double centre = sum / n, spread = box_reach * std::sqrt(square / n - centre * centre);
      low[a] = std::min(low[a], s.start_mean[a] + centre - spread);
      high[a] = std::max(high[a], s.start_mean[a] + centre + spread);
    }
  }
}

}  // namespace

std::unique_ptr<Law> plane_law(Setting setting, const Options& options, std::string& why) {
  const bool diffusion = setting.mover == Mover::diffusion;
  if (diffusion && !(setting.temperature.least() > 0)) {
    why = "the law of two parameters under sgd-diffusion is at hand for temperatures > 0";
    return nullptr;
  }
  if (setting.batch > 0 && !setting.stream) {
    const double ways = batch_count(*setting.model, diffusion ? 1 : setting.batch);
    if (!(ways > 0 && ways <= 100)) {
      why = "the law of two parameters given B needs the examples of B from its statistic, and at most 100 batches";
      return nullptr;
    }
  }
  Point low, high;
  find_box(setting, low, high);
  const double sets = data_sets(setting, options.replicates);
  auto law = std::make_unique<PlaneLaw>(std::move(setting), low, high);
  if (const double work = law->work() * sets; !(work <= most_work)) {
    why = "the law of two parameters given B takes about " + words(work) + " products for " + words(sets) +
          " data sets; allowed: " + words(most_work);
    return nullptr;
  }
  return law;
}

}  // namespace calor::simulator
