#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "analytic/sgld_gaussian.hpp"
#include "evolve/spectral.hpp"
#include "num/errors.hpp"
#include "place.hpp"
#include "run/refine.hpp"
#include "run/sgld_rows.hpp"
#include "run/sgld_walk.hpp"

namespace calor::sgld_test {

namespace {

const std::string coin = R"(
[model]
kind = "bernoulli"
[data]
size = 3
target = [0.3, 0.7]
[learner]
kind = "sgld"
learning_rate = 0.25
temperature = 0.2
weight_decay = 0.1
initial = { mean = [0.1], stddev = [0.5] }
)";

const std::string points = "[time]\npoints = [0, 1, 2, 5]\n";

experiment::Experiment read(const std::string& text) {
  return experiment::parse(text, "test.toml", ".").front().experiment;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  REQUIRE(text.find(from) != std::string::npos);
  return text.replace(text.find(from), from.size(), to);
}

template <num::Real R>
std::vector<info::Row<R>> rows_of(const experiment::Experiment& e, const run::SgldExtras& extras = {},
                                  double folds = 17.5) {
  std::vector<R> times;
  if (e.time.points.front() != 0) times.push_back(R(0));
  for (const auto& t : e.time.points) times.push_back(num::from_rational<R>(t));
  return run::sgld_rows<R>(e, times, run::Resolution{folds, folds, 12, 1, 1e300}, 1, {}, extras);
}

/// Value of a quantity at the last time.
double last(const std::vector<info::Row<double>>& rows, const std::string& name) { return rows.back().at(name).value; }

bool has(const std::vector<table::Check>& checks, const std::string& statement) {
  for (const auto& c : checks)
    if (c.statement == statement) return true;
  return false;
}

/// Two levels agree, and every identity holds between numbers with these errors.
std::vector<table::Check> confirmed(const std::string& text) {
  const auto e = read(text);
  const run::SgldExtras all{true, true};
  const auto book = run::compare(rows_of<double>(e, all, 21), rows_of<double>(e, all, 25));
  for (const auto& entries : book)
    for (const auto& [name, value] : entries) {
      CAPTURE(name);
      CHECK(value.error < 1e-10);
    }
  return ledger::verify(book,
                        run::sgld_identities<double>(num::from_rational<double>(e.learner.temperature.values.front())));
}

void check_reference(const std::string& name) {
  const std::string stem = test::source_root() + "/tests/reference/" + name;
  const auto e = experiment::read(stem + ".toml").front().experiment;
  const auto rows = rows_of<double>(e);
  std::ifstream file(stem + ".json");
  const auto reference = nlohmann::json::parse(file);
  REQUIRE(reference.size() + 1 == rows.size());
  for (std::size_t j = 0; j < reference.size(); ++j)
    for (const auto& [quantity, value] : reference[j].items()) {
      if (quantity == "t") continue;
      CAPTURE(quantity);
      REQUIRE(rows[j + 1].count(quantity) == 1);
      CHECK(std::fabs(rows[j + 1].at(quantity).value - value.get<double>()) < 1e-12);
    }
}

/// gaussian-mean with full batches, as toml and as closed form.
const std::string gaussian = R"(
[model]
kind = "gaussian-mean"
stddev = 0.8
[data]
size = 5
target = { mean = 0.7, stddev = 1.2 }
[learner]
kind = "sgld"
learning_rate = 0.2
temperature = 0.2
weight_decay = 0.1
initial = { mean = [-0.3], stddev = [0.5] }
[time]
points = [0, 1, 4]
)";

analytic::SgldGaussian<double> gaussian_closed_form() {
  analytic::SgldGaussian<double> s{0.8, 0.2, 0.2, 0.1, false, 0, {}};
  s.coordinates.push_back({analytic::DataMoments<double>::sampled(5, 0.7, 1.44), -0.3, 0.25});
  return s;
}

}  // namespace

TEST_SUITE("learner/sgld") {
  TEST_CASE("reference values: full batch and minibatches") {
    check_reference("sgld_coin");
    check_reference("sgld_minibatch");
  }

  TEST_CASE("identities and agreement of two resolutions, every sampler and batch") {
    for (const std::string sampler :
         {"kind = \"equilibrium\"", "kind = \"heat-bath\"\nprobability = 0.3", "kind = \"glauber\"\nsweeps = 1",
          "kind = \"metropolis\"\nsweeps = 2", "kind = \"gibbs\"\nsweeps = 1"}) {
      CAPTURE(sampler);
      const auto checks =
          confirmed(coin + "batch = \"minibatch\"\nbatch_size = 2\n[sampler]\n" + sampler + "\n" + points);
      CHECK(
          checks.size() ==
          (sampler == "kind = \"equilibrium\"" ? 26 : 23));  // I2's Markov chain and I13 are the equilibrium sampler's
      CHECK(has(checks, "sgld, equilibrium sampler: ep_x_path = work_x") == (sampler == "kind = \"equilibrium\""));
    }
    const auto stream = confirmed(replaced(coin, "size = 3\n", "") + "batch = \"stream\"\nbatch_size = 2\n" + points);
    CHECK(has(stream, "stream: heat_theta + work_theta = change of the loss"));
    const auto square = confirmed(gaussian);
    CHECK(has(square, "quadratic loss, full batch: medium part = -change of <L - (eta/4) L'^2>/T"));
    CHECK(has(square, "ep_theta = housekeeping + excess"));
    const std::string ising = replaced(
        replaced(coin, "kind = \"bernoulli\"", "kind = \"ising\"\nspins = 2\nedges = [[0, 1]]\nfields = false"),
        "target = [0.3, 0.7]", "target = [0.1, 0.2, 0.3, 0.4]");
    confirmed(ising + "[sampler]\nkind = \"metropolis\"\nsweeps = 1\n" + points);
    CHECK(confirmed(replaced(coin, "size = 3\ntarget = [0.3, 0.7]", "counts = [1, 3]") + points).size() > 20);
  }

  TEST_CASE("gaussian-mean, full batch, equals geometric sums") {
    const auto rows = rows_of<double>(read(gaussian));
    const long steps[] = {0, 1, 4};
    for (std::size_t j = 0; j < rows.size(); ++j) {
      const auto exact = analytic::sgld_gaussian(gaussian_closed_form(), steps[j]);
      CHECK(exact.size() == 30 + (j > 0));
      for (const auto& [name, value] : exact) {
        CAPTURE(name);
        if (name == "ift_x") continue;  // not asked for
        REQUIRE(rows[j].count(name) == 1);
        CHECK(std::fabs(rows[j].at(name).value - value) < 1e-11);
      }
    }
  }

  TEST_CASE("the average over streams is the chain with the averaged kernel") {
    // nobody who ignores B can tell fresh batches from minibatches of an inexhaustible data set with frequencies p*
    const auto stream =
        rows_of<double>(read(replaced(coin, "size = 3\n", "") + "batch = \"stream\"\nbatch_size = 2\n" + points));
    const auto fixed = rows_of<double>(read(replaced(coin, "size = 3\ntarget = [0.3, 0.7]", "counts = [3, 7]") +
                                            "batch = \"minibatch\"\nbatch_size = 2\n" + points));
    for (std::size_t j = 0; j < stream.size(); ++j) {
      for (const std::string name : {"entropy_theta", "entropy_x", "heat_x", "work_x", "ep_x_path"})
        CHECK(std::fabs(stream[j].at(name).value - fixed[j].at(name).value) < 1e-12);
      CHECK(std::fabs(stream[j].at("info_x_theta").value - fixed[j].at("info_x_theta_given_b").value) < 1e-12);
    }
    CHECK(last(stream, "m_info") > 0.01);
    CHECK(std::fabs(last(fixed, "m_info")) < 1e-12);
  }

  TEST_CASE("sgld tends to langevin with the learning rate, to first order") {
    auto e = read(replaced(coin, "kind = \"sgld\"\nlearning_rate = 0.25", "kind = \"langevin\"\nmobility = 1") +
                  "[time]\npoints = [0, 1]\n");
    const run::Options options;
    const auto study = run::make_study<double>(e, options);
    const run::Resolution fine{25, 30, 16, 1, 1e300};
    const auto limit = run::evaluate<double>(study, run::lay_out(study, fine), fine, evolve::Spectral<double>{}, {});
    const auto sgld = [&](const std::string& rate, const std::string& steps) {
      return rows_of<double>(read(replaced(coin, "learning_rate = 0.25", "learning_rate = " + rate) +
                                  "[time]\npoints = [" + steps + "]\n"));
    };
    const auto a = sgld("0.1", "10"), b = sgld("0.05", "20"), c = sgld("0.025", "40");
    for (const std::string name :
         {"m_info", "l_info", "ep_theta", "heat_theta", "work_x", "heat_x", "ep_x_path", "loss_test"}) {
      CAPTURE(name);
      const double x = limit.back().at(name).value;
      const double da = last(a, name) - x, db = last(b, name) - x, dc = last(c, name) - x;
      CHECK(db / da == doctest::Approx(0.5).epsilon(0.1));
      CHECK(dc / db == doctest::Approx(0.5).epsilon(0.05));
      const double extrapolated = (8 * last(c, name) - 6 * last(b, name) + last(a, name)) / 3;
      CHECK(std::fabs(extrapolated - x) < 1e-4 * (1 + std::fabs(x)));
    }
    for (const auto* r : {&a, &b, &c}) CHECK(last(*r, "ep_x") > 0);
    CHECK(last(c, "ep_x") < 0.6 * last(b, "ep_x"));  // the sampler is infinitely fast in the limit
  }

  TEST_CASE("sweeps without a matrix are the sampler's kernel") {
    auto e = read(replaced(replaced(coin, "kind = \"bernoulli\"",
                                    "kind = \"ising\"\nspins = 3\nedges = [[0, 1]]\nfields = false"),
                           "target = [0.3, 0.7]", "target = [0.1, 0.1, 0.2, 0.1, 0.05, 0.15, 0.1, 0.2]") +
                  points);
    run::SgldRoom<double> room;
    room.neighbours = sampler::site_neighbours(e.model);
    room.spaces.x_weight = num::Vector<double>::Ones(8);
    room.spaces.conditional = (num::Matrix<double>::Random(4, 8).array() + 1.5).matrix();
    for (Eigen::Index i = 0; i < 4; ++i) room.spaces.conditional.row(i) /= room.spaces.conditional.row(i).sum();
    const num::Matrix<double> start = num::Matrix<double>::Random(4, 8);  // signed, as weighted densities are
    for (const std::string kind : {"glauber", "metropolis", "gibbs", "heat-bath", "equilibrium"}) {
      room.sampler = {kind, {}, num::Rational(1, 4), 3};
      num::Matrix<double> moved = start;
      run::move_x(room, moved);
      for (Eigen::Index i = 0; i < 4; ++i) {
        const num::Vector<double> p = room.spaces.conditional.row(i);
        const num::Matrix<double> kernel = sampler::discrete_kernel<double>(room.sampler, p, room.neighbours);
        const num::Vector<double> expected = kernel * num::Vector<double>(start.row(i));
        CHECK((num::Vector<double>(moved.row(i)) - expected).norm() < 1e-14);
      }
    }
  }

  TEST_CASE(
      "stationary density: fixed by the kernel; constant-step variance T / (k (1 - eta k / 2)) on a quadratic loss") {
    const auto e = read(gaussian);
    const auto model = model::make<double>(e.model);
    const auto nodes = learner::uniform_nodes<double>({-4, 5}, 0.1);
    const auto terms = learner::terms_at(*model, nodes.theta);
    const data::DataSet<double> set{1, {1, 0.4, 1}};
    const auto kernel =
        learner::sgld_kernel(learner::full_batch(set), terms, nodes, 0.1, {num::Rational(1, 5), num::Rational(1, 5)});
    const auto log_rho = learner::log_stationary(kernel, nodes);
    const num::Vector<double> rho = log_rho.array().exp().matrix(),
                              again = kernel.density * nodes.weight.cwiseProduct(rho);
    CHECK((again - rho).cwiseAbs().maxCoeff() < 1e-12);
    const double k = 1 / 0.64 + 0.1, mean = nodes.weight.cwiseProduct(rho).dot(nodes.theta);
    const double variance = nodes.weight.cwiseProduct(rho).dot((nodes.theta.array() - mean).square().matrix());
    CHECK(mean == doctest::Approx(0.4 / 0.64 / k).epsilon(1e-12));
    CHECK(variance == doctest::Approx(0.2 / (k * (1 - 0.2 * k / 2))).epsilon(1e-11));
    CHECK(variance > 1.15 * 0.2 / k);  // its diffusion approximation
  }

  TEST_CASE("minibatches of given real examples: the mean loss follows the moments") {
    const std::string text =
        replaced(replaced(gaussian, "size = 5\ntarget = { mean = 0.7, stddev = 1.2 }", "values = [0.3, 1.1, 2.0]"),
                 "learning_rate = 0.2", "batch = \"minibatch\"\nbatch_size = 2\nlearning_rate = 0.2");
    const auto rows = rows_of<double>(read(text));
    const double s2 = 0.64, eta = 0.2, keep = 1 - eta * (1 / s2 + 0.1), b = 3.4 / 3;
    const double spread = ((0.3 - b) * (0.3 - b) + (1.1 - b) * (1.1 - b) + (2 - b) * (2 - b)) / 3;
    double m = -0.3, v = 0.25;
    const auto loss = [&] { return (m * m + v) * (1 / s2 + 0.1) / 2 - m * b / s2; };
    const double start = loss();
    for (int n = 0; n < 4; ++n) {
      m = keep * m + eta * b / s2;
      v = keep * keep * v + 2 * eta * 0.2 + eta * eta / (s2 * s2) * spread / 2;
    }
    CHECK(last(rows, "heat_theta") == doctest::Approx(loss() - start).epsilon(1e-11));
    CHECK(std::fabs(last(rows, "m_info")) < 1e-11);
    CHECK(rows.back().count("loss_test") == 0);
  }

  TEST_CASE("schedules: the step from n takes learning rate and temperature at time n") {
    const std::string text =
        replaced(replaced(gaussian, "learning_rate = 0.2", "learning_rate = { times = [1, 3], values = [0.2, 0.4] }"),
                 "temperature = 0.2", "temperature = { times = [0, 2], values = [0.5, 0.1] }");
    const auto rows = rows_of<double>(read(text));
    const double eta[] = {0.2, 0.2, 0.3, 0.4}, temperature[] = {0.5, 0.3, 0.1, 0.1}, k = 1 / 0.64 + 0.1;
    double v = 0.25;
    for (int n = 0; n < 4; ++n) v = (1 - eta[n] * k) * (1 - eta[n] * k) * v + 2 * eta[n] * temperature[n];
    CHECK(last(rows, "entropy_theta_given_b") ==
          doctest::Approx(std::log(2 * M_PI * std::exp(1) * v) / 2).epsilon(1e-12));
  }

  TEST_CASE("round-off stays within its bound, by a hundred digits on the same nodes") {
    const run::SgldExtras all{true, true};
    for (const std::string sampler : {"kind = \"equilibrium\"", "kind = \"metropolis\"\nsweeps = 1"}) {
      const auto e = read(coin + "[sampler]\n" + sampler + "\n[time]\npoints = [0, 3]\n");
      const auto coarse = rows_of<double>(e, all, 9);
      const auto exact = rows_of<num::Mp100>(e, all, 9);
      for (const auto& [name, raw] : coarse.back()) {
        CAPTURE(name);
        const double error = std::fabs(num::to_double(num::Mp100(exact.back().at(name).value - raw.value)));
        CHECK(error <= raw.noise);
        CHECK(raw.noise < 1e-10);
      }
    }
  }

  TEST_CASE("thirty digits") {
    const auto e = read(coin + "[time]\npoints = [0, 1]\n");
    const auto book = run::compare(rows_of<num::Mp100>(e, {}, 48.5), rows_of<num::Mp100>(e, {}, 58.2));
    for (const auto& [name, value] : book.back()) {
      CAPTURE(name);
      CHECK(value.error < num::Mp100("1e-30"));
    }
    ledger::verify(book, run::sgld_identities<num::Mp100>(num::Mp100("0.2")));
  }

  TEST_CASE("panels cut at a kink integrate |theta| exp(-theta²) to full accuracy; uniform nodes do not") {
    const auto error = [](const learner::Nodes<double>& nodes) {
      double sum = 0;
      for (Eigen::Index i = 0; i < nodes.size(); ++i)
        sum += nodes.weight[i] * std::fabs(nodes.theta[i]) * std::exp(-nodes.theta[i] * nodes.theta[i]);
      return std::fabs(sum - 1);
    };
    CHECK(error(learner::broken_nodes<double>({-7, 6.5}, 0, 0.4, 16)) < 1e-13);
    CHECK(error(learner::uniform_nodes<double>({-7, 6.5}, 0.2)) > 1e-5);
    const auto nodes = learner::broken_nodes<num::Mp100>({-1, 2}, 7, 1.0, 20);
    const num::Mp100 power = nodes.weight.dot(nodes.theta.array().pow(10).matrix());
    CHECK(abs(num::Mp100(power - num::Mp100(2049) / 11)) < num::Mp100("1e-44"));
  }

  TEST_CASE("what cannot be enumerated is refused by name") {
    const auto refusal = [](const std::string& text) -> std::string {
      try {
        rows_of<double>(read(text));
      } catch (const InputError& e) {
        return e.what();
      }
      return "";
    };
    CHECK(refusal(replaced(gaussian, "temperature", "batch = \"minibatch\"\nbatch_size = 2\ntemperature"))
              .find("test.toml:") == 0);
    CHECK(refusal(replaced(replaced(gaussian, "temperature", "batch = \"stream\"\ntemperature"), "size = 5\n", ""))
              .find("learner.batch") != std::string::npos);
    CHECK(refusal(replaced(coin, "size = 3\n", "") + "batch = \"stream\"\n[time]\npoints = [17]\n")
              .find("2^17 sequences") != std::string::npos);
    CHECK(refusal(replaced(replaced(gaussian, "stddev = 0.8", "stddev = 0.8\ndimension = 2"),
                           "mean = [-0.3], stddev = [0.5]", "mean = [0, 0], stddev = [1, 1]"))
              .find("model.kind") != std::string::npos);
    CHECK(refusal(coin + "batch = \"minibatch\"\nbatch_size = 5000\n" + points).find("learner.batch_size") !=
          std::string::npos);
  }
}

}  // namespace calor::sgld_test
