// `gaussian` from ordinary starts, whose tails meet the steep drift of small widths: densities on their support.

#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <memory>
#include <string>

#include "evolve/tensor_spectral.hpp"
#include "ledger/catalogue.hpp"
#include "num/errors.hpp"
#include "run/diffusion_level.hpp"
#include "run/tensor_level.hpp"
#include "support.hpp"

namespace calor::run::test {

namespace {

std::string widths_from(const std::string& data, const std::string& stddev, const std::string& times) {
  return "[model]\nkind = \"gaussian\"\n[data]\n" + data +
         "\n[learner]\nkind = \"langevin\"\nmobility = 1\ntemperature = 0.3\nweight_decay = 0.1\ninitial = { mean = "
         "[0, 0], stddev = [" +
         stddev + ", " + stddev + "] }\n[time]\npoints = [" + times + "]\n";
}

const std::string from_target = "target = { mean = 0.2, stddev = 1 }\nsize = ",
                  five_examples = "values = [0.9, -0.3, 1.4, -0.6, 0.2]";

Options all_but_tails(int digits) {
  auto out = with(Method::automatic, digits);
  for (const auto& d : ledger::catalogue())
    if (!d.on_request && d.name != "lautum_info") out.quantities.emplace_back(d.name);
  return out;
}

}  // namespace

// A NumPy program: the density on 150 x 150 nodes, sinc derivatives, fourth-order Runge-Kutta steps.
TEST_CASE("gaussian from an ordinary start: five examples, against an independent program") {
  const auto e = parse_one(widths_from(five_examples, "0.4", "0, 0.1, 0.5"));
  const auto fine = numbers(compute(e, with(Method::automatic, 6))),
             few = numbers(compute(e, with(Method::automatic, 4)));
  check_accuracy(fine, 6, "widths");
  check_accuracy(few, 4, "widths");
  CHECK(check_honest(few, fine, "widths") > 60);
  check_judged(fine[1],
               {{"entropy_theta", 1.0277672},
                {"entropy_x_given_theta", 1.4235223},
                {"heat_theta", -0.0480022},
                {"ep_theta", 0.1824791},
                {"loss_train", 1.4291196}},
               1e-6);
  check_judged(fine[2],
               {{"entropy_theta", 1.1873645},
                {"entropy_x_given_theta", 1.4230520},
                {"heat_theta", -0.0468511},
                {"ep_theta", 0.3382393},
                {"loss_train", 1.4250708}},
               1e-6);
}

namespace {

struct Settled {
  double entropy, loss;  // of exp(-L/T)/Z, the loss with its weight decay
};

/// By the trapezoidal rule.
Settled settled(const std::vector<double>& values, double temperature, double decay) {
  double mean = 0, square = 0;
  for (const double x : values) mean += x / static_cast<double>(values.size());
  for (const double x : values) square += (x - mean) * (x - mean) / static_cast<double>(values.size());
  const auto loss = [&](double m, double width) {
    return width + std::exp(-2 * width) * (square + (m - mean) * (m - mean)) / 2 + decay * (m * m + width * width) / 2;
  };
  const double step = 0.02;
  double sum = 0, of_loss = 0;
  for (double m = -20; m < 20; m += step)
    for (double width = -2.5; width < 10; width += step) {
      const double l = loss(m, width), w = step * step * std::exp(-l / temperature);
      sum += w;
      of_loss += w * l;
    }
  return {of_loss / sum / temperature + std::log(sum), of_loss / sum};
}

}  // namespace

TEST_CASE("gaussian from an ordinary start: after a long time exp(-L/T) is left") {
  const auto e = parse_one(widths_from(five_examples, "0.4", "200"));
  const auto ours = numbers(compute(e, with(Method::automatic, 4)));
  check_accuracy(ours, 4, "widths");
  const std::vector<double> values{0.9, -0.3, 1.4, -0.6, 0.2};
  const auto rest = settled(values, 0.3, 0.1);
  // <exp(-2 theta_1)> = exp(2 s²), <theta²> = s² at the start
  double start = 0.1 * 0.16;
  for (const double x : values) start += std::exp(2 * 0.16) * (x * x + 0.16) / 10;
  check_judged(ours[0],
               {{"entropy_theta", rest.entropy},
                {"heat_theta", rest.loss - start},
                {"ep_theta", rest.entropy - std::log(2 * M_PI * 0.16) - 1 - (rest.loss - start) / 0.3}},
               1e-5);
}

TEST_CASE("gaussian from a narrow start: by symmetrised expansions and on the support, twenty examples") {
  const auto e = parse_one(widths_from(from_target + "20", "0.2", "0.1, 0.5"));
  const auto options = all_but_tails(4);
  const auto study = make_study<double>(e, options);
  TensorResolution r;
  r.tail = 15;
  r.spacing = 11;
  r.time_order = r.fine_order = 10;
  const auto layout = lay_out(study, r);
  const auto symmetrised = evaluate(
      study, layout, r, [](const evolve::TensorProblem& p) { return std::make_unique<evolve::TensorSpectral>(p); }, {});
  r.on_support = true;
  const auto alone = evaluate_diffusion(study, lay_out_diffusion(study, false, r), r, false, {});
  REQUIRE(alone.size() == 3);
  int compared = 0;
  for (std::size_t j = 1; j < alone.size(); ++j)
    for (const auto& d : ledger::catalogue()) {
      const std::string name(d.name);
      if (d.on_request || !symmetrised[j].contains(name)) continue;
      CAPTURE(name);
      ++compared;
      const auto &a = alone[j].at(name), &b = symmetrised[j].at(name);
      // tails below round-off
      CHECK(std::fabs(a.value - b.value) < 2e-5 + (name == "lautum_info" ? a.noise + b.noise : 0));
      CHECK(b.noise < 1e-4);
    }
  CHECK(compared > 50);
}

TEST_CASE("gaussian from an ordinary start: what is out of reach is refused with what can be had") {
  const auto e = parse_one(widths_from(from_target + "10", "0.4", "0.5"));
  CHECK_THROWS_WITH_AS(compute(e, all_but_tails(10)), doctest::Contains("reachable: 5 digits"), AccuracyError);
}

TEST_SUITE("long") {
  // A NumPy program of the same idea, Runge-Kutta on 100 x 100 nodes: on the support until t = 0.03, 0.06 or 0.12, then
  // symmetrised; 10 x 9 data sets, Gauss-Hermite for the mean, Gauss-Laguerre for the scatter.
  TEST_CASE("long: gaussian from an ordinary start: lautum_info of twenty examples, against an independent program") {
    const auto e = parse_one(widths_from(from_target + "20", "0.4", "0.2, 0.6"));
    const auto ours = numbers(compute(e, with(Method::automatic, 4)));
    check_accuracy(ours, 4, "widths");
    check_judged(ours[0], {{"m_info", 0.0350769}, {"lautum_info", 0.0461812}}, 3e-6);
    check_judged(ours[1], {{"m_info", 0.076631}, {"lautum_info", 0.098796}}, 5e-6);
  }

  // The same program for 14 x 12 data sets, Gauss-Hermite for the mean, Gauss-Laguerre for the scatter.
  TEST_CASE("long: gaussian from an ordinary start: ten examples, against an independent program") {
    const auto e = parse_one(widths_from(from_target + "10", "0.4", "0.5"));
    const auto ours = numbers(compute(e, all_but_tails(4)));
    check_accuracy(ours, 4, "widths");
    check_judged(
        ours[0],
        {{"m_info", 0.12885}, {"l_info", 0.012747}, {"entropy_theta_given_b", 1.16463}, {"heat_theta", -0.15203}},
        2e-5);
  }
}

}  // namespace calor::run::test
