// rbm: visible v in {0,1}^V after summing out hidden h in {0,1}^H of p(v,h) ~ exp(sum v_i W_ij h_j + b.v + c.h).
// Bit i of the outcome index: v_i = 1. theta: W row by row (visible major), then b, then c if `biases`. With the
// activity a_j(v) = c_j + sum_i v_i W_ij
//   -ln p(v|theta) = ln Z - b.v - sum_j ln(1 + e^{a_j(v)}):
// no exponential family; T_0 = 1 with ln Z and one indicator an outcome.

#include <algorithm>

#include "model/registry.hpp"

namespace calor::model {

constexpr int most_units = 24;  // 2^24 outcomes

void read_rbm(const experiment::Value& section, experiment::Model& m) {
  m.visible = section.get("visible", "the number of visible units").integer(1, most_units);
  m.hidden = section.get("hidden", "the number of hidden units").integer(1, most_units);
  if (const auto biases = section.find("biases")) m.biases = biases->boolean();
}

void write_rbm(const experiment::Model& m, experiment::Json& json) {
  json.add("visible", {experiment::write(m.visible), {}});
  json.add("hidden", {experiment::write(m.hidden), {}});
  json.add("biases", {m.biases ? "true" : "false", {}});
}

experiment::ModelForm rbm_form() {
  return {.kind = "rbm",
          .lines = {"visible {0, 1}^v after summing out hidden {0, 1}^h; bit i of the outcome's index means v_i = 1",
                    "v h weights (visible major), then with biases v + h biases"},
          .keys = {{"visible", "number of visible units"},
                   {"hidden", "number of hidden units"},
                   {"biases", "true or false"}},
          .parameters =
              [](const experiment::Model& m) { return m.visible * m.hidden + (m.biases ? m.visible + m.hidden : 0); },
          .outcomes = [](const experiment::Model& m) { return 1 << m.visible; },
          .sites = [](const experiment::Model&) { return true; },
          .hidden = [](const experiment::Model&) { return true; },
          .read = read_rbm,
          .write = write_rbm};
}

template <Real R>
class Rbm final : public Model<R> {
 public:
  Rbm(int visible, int hidden, bool biases)
      : visible_(static_cast<std::size_t>(visible)), hidden_(static_cast<std::size_t>(hidden)), biases_(biases) {}

  int parameters() const override { return static_cast<int>(size()); }
  int components() const override { return outcomes() + 1; }
  int outcomes() const override { return 1 << visible_; }

  void components_at(std::span<const R> theta, std::span<Jet<R>> out) const override {
    using std::exp, std::log;
    const std::size_t d = size();
    R top = 0, sum = 0;
    for (std::size_t v = 0; v + 1 < out.size(); ++v) {
      out[v + 1] = negative_log_weight(theta, v);
      top = v == 0 ? R(-out[1].value) : std::max(top, R(-out[v + 1].value));
    }
    for (std::size_t v = 1; v < out.size(); ++v) sum += exp(-out[v].value - top);
    out[0] = {top + log(sum), std::vector<R>(d, R(0)), std::vector<R>(d * d, R(0))};
    auto& z = out[0];
    for (std::size_t v = 1; v < out.size(); ++v)
      for (std::size_t a = 0; a < d; ++a) z.gradient[a] -= exp(-out[v].value - z.value) * out[v].gradient[a];
    for (std::size_t v = 1; v < out.size(); ++v) {  // mean Hessian of ln weight plus covariance of its gradient
      const R p = exp(-out[v].value - z.value);
      for (std::size_t a = 0; a < d; ++a)
        for (std::size_t b = 0; b < d; ++b)
          z.hessian[a * d + b] += p * ((out[v].gradient[a] + z.gradient[a]) * (out[v].gradient[b] + z.gradient[b]) -
                                       out[v].hessian[a * d + b]);
    }
  }

  std::vector<int> statistic(int outcome) const override {
    std::vector<int> t(static_cast<std::size_t>(components()), 0);
    t[0] = t[static_cast<std::size_t>(outcome) + 1] = 1;
    return t;
  }

  /// sum_h p(h|v) p(v'|h); the hidden units are independent given v, the visible ones given h.
  std::vector<R> alternation(std::span<const R> theta) const override {
    const std::size_t k = std::size_t{1} << visible_, states = std::size_t{1} << hidden_;
    std::vector<R> out(k * k, R(0));
    for (std::size_t v = 0; v < k; ++v)
      for (std::size_t h = 0; h < states; ++h) {
        R up = 1;
        for (std::size_t j = 0; j < hidden_; ++j) up *= unit(activity(theta, j, v), on(h, j));
        for (std::size_t to = 0; to < k; ++to) {
          R down = up;
          for (std::size_t i = 0; i < visible_; ++i) down *= unit(field(theta, i, h), on(to, i));
          out[to * k + v] += down;
        }
      }
    return out;
  }

  /// One parameter complex, |imaginary part| < pi: the terms of Z stay in a half plane, and so do those of 1 + e^{a_j}.
  R analytic_strip() const override { return num::pi<R>(); }

 private:
  std::size_t size() const { return visible_ * hidden_ + (biases_ ? visible_ + hidden_ : 0); }
  std::size_t hidden_bias(std::size_t j) const { return visible_ * hidden_ + visible_ + j; }
  static bool on(std::size_t v, std::size_t i) { return (v >> i) & 1U; }

  /// Parameters that a_j(v) is the sum of.
  std::vector<std::size_t> inputs_of(std::size_t j, std::size_t v) const {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < visible_; ++i)
      if (on(v, i)) out.push_back(i * hidden_ + j);
    if (biases_) out.push_back(hidden_bias(j));
    return out;
  }

  R activity(std::span<const R> theta, std::size_t j, std::size_t v) const {
    R sum = 0;
    for (const auto k : inputs_of(j, v)) sum += theta[k];
    return sum;
  }

  /// b_i + sum_j W_ij h_j.
  R field(std::span<const R> theta, std::size_t i, std::size_t h) const {
    R sum = biases_ ? theta[visible_ * hidden_ + i] : R(0);
    for (std::size_t j = 0; j < hidden_; ++j)
      if (on(h, j)) sum += theta[i * hidden_ + j];
    return sum;
  }

  /// Probability that a unit with this field has this value.
  static R unit(const R& field, bool value) {
    using std::exp;
    return 1 / (1 + exp(value ? R(-field) : field));
  }

  Jet<R> negative_log_weight(std::span<const R> theta, std::size_t v) const {
    using std::exp, std::log1p;
    const std::size_t d = size();
    Jet<R> jet{R(0), std::vector<R>(d, R(0)), std::vector<R>(d * d, R(0))};
    for (std::size_t i = 0; biases_ && i < visible_; ++i)
      if (on(v, i)) {
        jet.value -= theta[visible_ * hidden_ + i];
        jet.gradient[visible_ * hidden_ + i] = -1;
      }
    for (std::size_t j = 0; j < hidden_; ++j) {
      const auto inputs = inputs_of(j, v);
      const R a_j = activity(theta, j, v), small = exp(a_j > 0 ? R(-a_j) : a_j);
      jet.value -= (a_j > 0 ? a_j : R(0)) + log1p(small);
      const R active = (a_j > 0 ? R(1) : small) / (1 + small), bend = small / ((1 + small) * (1 + small));
      for (const auto a : inputs) {
        jet.gradient[a] -= active;
        for (const auto b : inputs) jet.hessian[a * d + b] -= bend;
      }
    }
    return jet;
  }

  std::size_t visible_, hidden_;
  bool biases_;
};

template <Real R>
std::unique_ptr<Model<R>> make_rbm(const experiment::Model& spec) {
  return std::make_unique<Rbm<R>>(spec.visible, spec.hidden, spec.biases);
}

CALOR_REGISTER_MODEL(rbm)

}  // namespace calor::model
