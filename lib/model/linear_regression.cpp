// linear-regression: X = (row j of the design, uniform; response y), p(y|u_j,theta) = N(theta.u_j, s²).
//   -ln p = ½ ln(2 pi s²) - y u.theta/s² + y²/2s² + sum_{a<=b} u_a u_b theta_a theta_b (1 or ½ on the diagonal)/s²:
//   T = (1, y u_1..y u_d, y², u_a u_b for a <= b).
// The loss of N responses, one a row, averages over the rows.

#include "model/registry.hpp"
#include "num/errors.hpp"

namespace calor::model {

std::vector<std::vector<num::Rational>> read_inputs(const experiment::Value& list) {
  std::vector<std::vector<num::Rational>> rows;
  for (const auto& item : list.list()) {
    const auto row = item.numbers();
    if (row.empty()) item.refuse("an empty row", "allowed: one number a weight");
    if (!rows.empty()) item.list_of(rows.front().size(), "one a weight, as in the first row");
    rows.push_back(row);
  }
  if (rows.empty()) list.refuse("no rows", "allowed: one row of inputs an example");
  return rows;
}

void read_regression(const experiment::Value& section, experiment::Model& m) {
  m.stddev = section.get("stddev", "the standard deviation of the model").positive();
  m.inputs = read_inputs(section.get("inputs", "one row of inputs an example"));
}

void write_regression(const experiment::Model& m, experiment::Json& json) {
  json.add("stddev", {experiment::write(m.stddev), {}});
  json.add("inputs", {experiment::write(m.inputs), {}});
}

experiment::ModelForm linear_regression_form() {
  return {
      .kind = "linear-regression",
      .lines = {"y given input u, N(theta.u, stddev^2)", "one weight a column of inputs"},
      .keys = {{"stddev", "known standard deviation of x, > 0"}, {"inputs", "the fixed design, one row an example"}},
      .parameters =
          [](const experiment::Model& m) { return m.inputs.empty() ? 0 : static_cast<int>(m.inputs.front().size()); },
      .read = read_regression,
      .write = write_regression};
}

template <Real R>
class LinearRegression final : public Model<R> {
 public:
  LinearRegression(std::vector<std::vector<R>> inputs, const R& stddev) : inputs_(std::move(inputs)), s_(stddev) {}

  int parameters() const override { return static_cast<int>(width()); }
  int components() const override { return static_cast<int>(2 + width() + width() * (width() + 1) / 2); }
  int outcomes() const override { return 0; }

  void components_at(std::span<const R> theta, std::span<Jet<R>> out) const override {
    using std::log;
    const auto d = width();
    const R precision = 1 / (s_ * s_);
    for (auto& jet : out) {
      jet.value = 0;
      jet.gradient.assign(d, R(0));
      jet.hessian.assign(d * d, R(0));
    }
    out[0].value = log(2 * num::pi<R>() * s_ * s_) / 2;
    for (std::size_t a = 0; a < d; ++a) {
      out[a + 1].value = -theta[a] * precision;
      out[a + 1].gradient[a] = -precision;
    }
    out[d + 1].value = precision / 2;
    std::size_t next = d + 2;
    for (std::size_t a = 0; a < d; ++a)
      for (std::size_t b = a; b < d; ++b) {
        auto& jet = out[next++];
        jet.value = theta[a] * theta[b] * precision / (a == b ? 2 : 1);
        jet.gradient[a] = theta[b] * precision;
        jet.gradient[b] = theta[a] * precision;
        jet.hessian[a * d + b] = jet.hessian[b * d + a] = precision;
      }
  }

  std::vector<int> statistic(int) const override { throw InternalError("linear-regression has no discrete outcomes"); }
  bool constant(int component) const override { return component == static_cast<int>(width()) + 1; }
  int rows() const override { return static_cast<int>(inputs_.size()); }
  std::vector<R> mean(std::span<const R> theta, int row) const override {
    R sum = 0;
    for (std::size_t a = 0; a < width(); ++a) sum += theta[a] * inputs_[static_cast<std::size_t>(row)][a];
    return {sum};
  }
  R stddev(std::span<const R>) const override { return s_; }

  std::vector<R> real_statistic(std::span<const R> x, int row) const override { return on_row(row, x[0], x[0] * x[0]); }

  std::vector<R> expected_statistic(std::span<const R> theta) const override {
    std::vector<R> sum(static_cast<std::size_t>(components()), R(0));
    for (int j = 0; j < rows(); ++j) {
      const R y = mean(theta, j).front();
      const auto t = on_row(j, y, y * y + s_ * s_);
      for (std::size_t a = 0; a < t.size(); ++a) sum[a] += t[a] / rows();
    }
    return sum;
  }

  R analytic_strip() const override { return num::infinity<R>(); }

 private:
  std::size_t width() const { return inputs_.front().size(); }

  std::vector<R> on_row(int row, const R& y, const R& square) const {
    const auto& u = inputs_[static_cast<std::size_t>(row)];
    std::vector<R> t{R(1)};
    for (const R& entry : u) t.push_back(y * entry);
    t.push_back(square);
    for (std::size_t a = 0; a < u.size(); ++a)
      for (std::size_t b = a; b < u.size(); ++b) t.push_back(u[a] * u[b]);
    return t;
  }

  std::vector<std::vector<R>> inputs_;
  R s_;
};

template <Real R>
std::unique_ptr<Model<R>> make_linear_regression(const experiment::Model& spec) {
  std::vector<std::vector<R>> inputs;
  for (const auto& row : spec.inputs) {
    inputs.emplace_back();
    for (const auto& entry : row) inputs.back().push_back(num::from_rational<R>(entry));
  }
  return std::make_unique<LinearRegression<R>>(std::move(inputs), num::from_rational<R>(spec.stddev));
}

CALOR_REGISTER_MODEL(linear_regression)

}  // namespace calor::model
