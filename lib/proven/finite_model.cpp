#include "proven/finite_model.hpp"

#include <algorithm>
#include <map>

#include "num/errors.hpp"

namespace calor::proven {

namespace {

using num::Rational;

int spin(int x, int site) { return (x >> site & 1) != 0 ? 1 : -1; }
int bit(int x, int site) { return x >> site & 1; }

/// ln of the unnormalised probability of x.
Ball log_weight(const experiment::Model& m, const std::vector<Rational>& theta, int x) {
  const auto at = [&](int i) -> const Rational& { return theta[static_cast<std::size_t>(i)]; };
  if (m.kind == "bernoulli") return x == 1 ? Ball(at(0)) : Ball(0);
  if (m.kind == "categorical") return x == 0 ? Ball(0) : Ball(at(x - 1));
  if (m.kind == "ising") {
    Rational sum = 0;
    int next = 0;
    for (const auto& [i, j] : m.edges) sum += at(next++) * (spin(x, i) * spin(x, j));
    if (m.fields)
      for (int i = 0; i < m.spins; ++i) sum += at(next++) * spin(x, i);
    return Ball(sum);
  }
  // rbm: sum over h of exp(sum_ij v_i W_ij h_j + sum_i b_i v_i + sum_j c_j h_j)
  Rational bias = 0;
  const int weights = m.visible * m.hidden;
  if (m.biases)
    for (int i = 0; i < m.visible; ++i) bias += at(weights + i) * bit(x, i);
  Ball out(bias);
  for (int j = 0; j < m.hidden; ++j) {
    Rational input = m.biases ? at(weights + m.visible + j) : Rational(0);
    for (int i = 0; i < m.visible; ++i) input += at(i * m.hidden + j) * bit(x, i);
    out += log1p(exp(Ball(input)));
  }
  return out;
}

/// A key that is additive over examples and decides the loss: the sufficient statistic, or the outcome itself.
std::vector<long> key_of(const experiment::Model& m, int x) {
  if (m.kind == "ising") {
    std::vector<long> key;
    for (const auto& [i, j] : m.edges) key.push_back(spin(x, i) * spin(x, j));
    if (m.fields)
      for (int i = 0; i < m.spins; ++i) key.push_back(spin(x, i));
    return key;
  }
  std::vector<long> key(static_cast<std::size_t>(outcomes_of(m)), 0);
  key[static_cast<std::size_t>(x)] = 1;
  return key;
}

struct Group {
  int outcome = 0;  // one of them
  Rational probability = 0;
};

std::map<std::vector<long>, Group> pool(const experiment::Experiment& e) {
  std::map<std::vector<long>, Group> out;
  for (int x = 0; x < outcomes_of(e.model); ++x) {
    const Rational& p = e.data.probabilities[static_cast<std::size_t>(x)];
    if (p == 0) continue;
    auto& group = out[key_of(e.model, x)];
    group.outcome = x;
    group.probability += p;
  }
  return out;
}

class Types {
 public:
  explicit Types(const experiment::Experiment& e)
      : outcomes_(outcomes_of(e.model)), pooled_(pool(e)), counts_(static_cast<std::size_t>(outcomes_), 0) {
    for (const auto& [key, group] : pooled_) {
      const Ball p(group.probability);
      Balls power{Ball(1)};  // p^k / k!
      for (int k = 1; k <= e.data.size; ++k) power.push_back(power.back() * p / k);
      powers_.push_back(std::move(power));
    }
    Ball factorial(1);
    for (int k = 2; k <= e.data.size; ++k) factorial *= Ball(k);
    descend(pooled_.begin(), 0, e.data.size, factorial, std::vector<long>(pooled_.begin()->first.size(), 0));
  }

  std::vector<DataSet> sets() const {
    std::vector<DataSet> out;
    for (const auto& [key, set] : sets_) out.push_back(set);
    return out;
  }

 private:
  using Iterator = std::map<std::vector<long>, Group>::const_iterator;

  void descend(Iterator at, std::size_t g, int left, const Ball& weight, const std::vector<long>& sum) {
    const Iterator next = std::next(at);
    const bool last = next == pooled_.end();
    long& count = counts_[static_cast<std::size_t>(at->second.outcome)];
    for (int k = last ? left : 0; k <= left; ++k) {
      const Ball w = weight * powers_[g][static_cast<std::size_t>(k)];
      std::vector<long> total = sum;
      for (std::size_t a = 0; a < total.size(); ++a) total[a] += k * at->first[a];
      count = k;
      if (!last) {
        descend(next, g + 1, left - k, w, total);
      } else if (auto& set = sets_[total]; set.counts.empty()) {
        set = {w, counts_};
      } else {
        set.weight += w;
      }
    }
    count = 0;
  }

  int outcomes_;
  std::map<std::vector<long>, Group> pooled_;
  std::vector<Balls> powers_;
  std::vector<long> counts_;
  std::map<std::vector<long>, DataSet> sets_;
};

}  // namespace

bool is_finite_model(const experiment::Model& m) {
  return m.kind == "bernoulli" || m.kind == "categorical" || m.kind == "ising" || m.kind == "rbm";
}

int outcomes_of(const experiment::Model& m) {
  if (m.kind == "bernoulli") return 2;
  if (m.kind == "categorical") return m.outcomes;
  if (m.kind == "ising") return 1 << m.spins;
  if (m.kind == "rbm") return 1 << m.visible;
  throw InternalError("proven: model \"" + m.kind + "\" is not finite");
}

Balls energies(const experiment::Model& m, const std::vector<Rational>& theta) {
  Balls out;
  Ball sum(0);
  for (int x = 0; x < outcomes_of(m); ++x) {
    out.push_back(log_weight(m, theta, x));
    sum += exp(out.back());
  }
  const Ball free = log(sum);
  for (auto& phi : out) phi = free - phi;
  return out;
}

long statistic_of(const experiment::Model& m, int x) {
  return m.kind == "ising" ? key_of(m, x).front() : static_cast<long>(x);
}

double count_types(const experiment::Experiment& e) {
  if (e.data.source != experiment::Data::Source::target) return 1;
  const auto groups = pool(e).size();
  double types = 1;
  for (std::size_t g = 1; g < groups; ++g) types *= (e.data.size + static_cast<double>(g)) / static_cast<double>(g);
  return types;
}

FiniteEnsemble enumerate(const experiment::Experiment& e) {
  if (e.data.source == experiment::Data::Source::counts)
    return {{{Ball(1), std::vector<long>(e.data.counts.begin(), e.data.counts.end())}}, true};
  return {Types(e).sets(), false};
}

}  // namespace calor::proven
