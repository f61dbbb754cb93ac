// Gaussian learners whose course changes in time, and linear-regression with every sampler that applies: against grids,
// and against gaussian-mean where a design says the same.

#include <doctest/doctest.h>

#include "num/errors.hpp"
#include "support.hpp"

namespace calor::run::test {

namespace {

std::string gaussian(const std::string& learner, const std::string& after) {
  return "[model]\nkind = \"gaussian-mean\"\nstddev = 0.7\n[data]\nsize = 4\ntarget = { mean = 0.3, stddev = 1.1 }\n"
         "[learner]\n" +
         learner + "\nweight_decay = 0.2\ninitial = { mean = [0.1], stddev = [0.5] }\n" + after;
}

/// The same as a regression on a constant.
std::string regression(const std::string& learner, const std::string& after) {
  return "[model]\nkind = \"linear-regression\"\nstddev = 0.7\ninputs = [[1], [1], [1], [1]]\n[data]\n"
         "target = { weights = [0.3], stddev = 1.1 }\n[learner]\n" +
         learner + "\nweight_decay = 0.2\ninitial = { mean = [0.1], stddev = [0.5] }\n" + after;
}

const char* const annealed =
    "kind = \"langevin\"\nmobility = { times = [0, 0.4], values = [1, 2] }\n"
    "temperature = { times = [0, 0.5, 2], values = [1, 0.3, 0.6] }";

Options many() {
  Options o = with(Method::automatic);
  o.quantities = {"m_info",     "l_info",          "r_info",     "info_x_theta", "lautum_info",  "heat_theta",
                  "ep_theta",   "ep_theta_medium", "ep_x_naive", "ep_x",         "flow_x",       "flow_theta",
                  "loss_train", "loss_test",       "heat_x",     "work_x",       "reservoir_gap"};
  return o;
}

}  // namespace

TEST_CASE("an annealed Gaussian: second moments against the grid") {
  const auto e = parse_one(gaussian(annealed, "[time]\npoints = [0, 0.3, 1, 3]\n"));
  auto grid = many();
  grid.method = Method::spectral;
  const auto table = compute(e, many());
  CHECK(table.method == "moments");
  const auto moments = numbers(table);
  check_accuracy(moments, 10, "moments");
  CHECK(check_honest(numbers(compute(e, grid)), moments, "annealed Gaussian") == 4 * 17);
}

TEST_CASE("a regression on a constant is a Gaussian mean, whatever moves and lags") {
  const std::string sgld =
                        "kind = \"sgld\"\nlearning_rate = { times = [0, 4], values = [0.2, 0.05] }\nbatch = \"full\"\n"
                        "temperature = 0.3",
                    plain = "kind = \"langevin\"\nmobility = 1.5\ntemperature = 0.4",
                    ou = "[sampler]\nkind = \"ou\"\nrate = 2\n";
  for (const auto& [learner, after] :
       {std::pair{plain, ou + "[time]\npoints = [0, 0.5, 2]\n"},
        std::pair{plain, ou + "[time]\npoints = [0, 0.5, 2]\nstep = 0.25\n"},
        std::pair{std::string(annealed), ou + "[time]\npoints = [0, 0.5, 2]\n"},
        std::pair{std::string(annealed), ou + "[time]\npoints = [0, 0.5, 2]\nstep = 0.25\n"},
        std::pair{std::string(annealed), std::string("[time]\npoints = [0, 0.5, 2]\nstep = 0.25\n")},
        std::pair{sgld, ou + "[time]\npoints = [0, 1, 5]\n"},
        std::pair{sgld, std::string("[time]\npoints = [0, 1, 5]\n")}}) {
    CAPTURE(learner);
    CAPTURE(after);
    const auto a = numbers(compute(parse_one(gaussian(learner, after)), many())),
               b = numbers(compute(parse_one(regression(learner, after)), many()));
    CHECK(check_honest(a, b, "regression on a constant") == 3 * 17);
    check_accuracy(b, 10, "regression on a constant");
  }
}

TEST_CASE("second moments: double against 30 digits") {
  const auto e =
      parse_one(gaussian(annealed, "[sampler]\nkind = \"ou\"\nrate = 50\n[time]\npoints = [0, 0.001, 1, 100]\n"));
  auto fine = many();
  fine.digits = 30;
  const auto truth = numbers(compute(e, fine));
  check_accuracy(truth, 30, "moments, 30 digits");
  CHECK(check_honest(numbers(compute(e, many())), truth, "moments in double") == 4 * 17);
}

TEST_CASE("a fast sampler of a regression tends to equilibrium") {
  const auto at = [](const std::string& sampler) {
    return numbers(compute(parse_one(regression(annealed, sampler + "[time]\npoints = [0, 1]\n")), many()))[1];
  };
  const auto limit = at(""), fast = at("[sampler]\nkind = \"ou\"\nrate = 1000\n"),
             faster = at("[sampler]\nkind = \"ou\"\nrate = 2000\n");
  for (const std::string q : {"l_info", "heat_x", "work_x", "ep_x", "flow_x", "ep_x_naive"}) {
    CAPTURE(q);
    const double off = num::to_double(Number(fast.at(q).value - limit.at(q).value)),
                 less = num::to_double(Number(faster.at(q).value - limit.at(q).value));
    CHECK(std::abs(off) < 0.05);
    CHECK(off / less == doctest::Approx(2).epsilon(0.05));
  }
}

namespace {

std::string jumps(const std::string& states, const std::string& acceptance) {
  return "[learner]\nkind = \"jump\"\nstates = " + states +
         "\nrate = 1.5\ntemperature = 0.5\nweight_decay = 0.2\ninitial = [0.2, 0.3, 0.5]\nacceptance = \"" +
         acceptance + "\"\n[time]\npoints = [0, 0.5, 1]\n";
}

Options informations() {
  Options o = with(Method::automatic);
  o.quantities = {"m_info",   "l_info", "r_info", "info_x_theta", "heat_theta",
                  "ep_theta", "heat_x", "work_x", "ep_x_naive"};
  return o;
}

}  // namespace

TEST_CASE("jump learners of vectors and responses: one direction is one dimension") {
  const auto of = [](const std::string& text) { return numbers(compute(parse_one(text), informations())); };
  const std::string head = "[model]\nkind = \"gaussian-mean\"\nstddev = 0.7\n";
  for (const std::string acceptance : {"metropolis", "heat-bath"}) {
    CAPTURE(acceptance);
    const auto one = of(head + "[data]\nsize = 4\ntarget = { mean = 0.6, stddev = 1.1 }\n" +
                        jumps("[[0.0], [0.5], [0.9]]", acceptance));
    // along (3, 4)/5; what lies across is not learned, and x across is noise
    const auto two =
        of(head + "dimension = 2\n[data]\nsize = 4\ntarget = { mean = [0.36, 0.48], stddev = [1.1, 1.1] }\n" +
           jumps("[[0.0, 0.0], [0.3, 0.4], [0.54, 0.72]]", acceptance));
    CHECK(check_honest(two, one, "two dimensions") == 27);
    const auto constant =
        of("[model]\nkind = \"linear-regression\"\nstddev = 0.7\ninputs = [[1], [1], [1], [1]]\n"
           "[data]\ntarget = { weights = [0.6], stddev = 1.1 }\n" +
           jumps("[[0.0], [0.5], [0.9]]", acceptance));
    CHECK(check_honest(constant, one, "regression on a constant") == 27);
  }
}

TEST_CASE("a jump learner of two weights, metropolis: against a sum over a plain lattice of data in NumPy") {
  // 401 x 401 data sets, matrix exponentials by squaring, 241 responses; it sees the kinks of the rates to 1e-9
  const auto n = numbers(compute(
      parse_one("[model]\nkind = \"linear-regression\"\nstddev = 0.7\ninputs = [[1.0, 0.2], [0.5, -1.0], [-0.3, 0.7]]\n"
                "[data]\ntarget = { weights = [0.5, -0.2], stddev = 0.8 }\n" +
                jumps("[[0.0, 0.1], [0.3, -0.2], [0.5, 0.4]]", "metropolis")),
      informations()));
  CHECK(num::to_double(n[1].at("m_info").value) == doctest::Approx(0.02604049608).epsilon(1e-8));
  CHECK(num::to_double(n[2].at("m_info").value) == doctest::Approx(0.04659666873).epsilon(1e-8));
  CHECK(num::to_double(n[1].at("l_info").value) == doctest::Approx(0.00129064441).epsilon(1e-7));
  CHECK(num::to_double(n[2].at("l_info").value) == doctest::Approx(0.00224056891).epsilon(1e-7));
}

TEST_CASE("sgd-diffusion of a Gaussian mean: a mixture over the scatter, whatever changes and lags") {
  const auto of = [](const std::string& temperature, const std::string& after) {
    return numbers(compute(
        parse_one(gaussian(
            "kind = \"sgd-diffusion\"\nlearning_rate = 0.3\nbatch_size = 2\ntemperature = " + temperature, after)),
        many()));
  };
  const std::string flat = "{ times = [0, 1], values = [0.2, 0.2] }", points = "[time]\npoints = [0, 0.5, 2]\n";
  // the closed form of equilibrium in constant conditions
  CHECK(check_honest(of(flat, points), of("0.2", points), "flat schedule") == 3 * 17);
  // fast samplers tend to it, with ep_x -> 0
  const auto limit = of("0.2", points), fast = of("0.2", "[sampler]\nkind = \"ou\"\nrate = 1000\n" + points),
             faster = of("0.2", "[sampler]\nkind = \"ou\"\nrate = 2000\n" + points);
  check_accuracy(fast, 10, "mixture that lags");
  for (const std::string q : {"l_info", "r_info", "info_x_theta", "heat_x", "ep_x", "ep_x_naive"}) {
    CAPTURE(q);
    const auto off = [&](const Numbers& n) { return num::to_double(Number(n[2].at(q).value - limit[2].at(q).value)); };
    CHECK(std::abs(off(fast)) < 0.05);
    CHECK(off(fast) / off(faster) == doctest::Approx(2).epsilon(0.05));
  }
  // short turns tend to continuous time
  const std::string ou = "[sampler]\nkind = \"ou\"\nrate = 2\n";
  const auto smooth = of("0.2", ou + points), turns = of("0.2", ou + "[time]\npoints = [0, 0.5, 2]\nstep = 0.01\n");
  for (const std::string q : {"l_info", "r_info", "info_x_theta", "heat_x", "work_x", "ep_x"}) {
    CAPTURE(q);
    CHECK(num::to_double(turns[2].at(q).value) == doctest::Approx(num::to_double(smooth[2].at(q).value)).epsilon(0.03));
  }
}

TEST_CASE("sgd-diffusion without a temperature: few examples dissipate without bound, four do not") {
  const auto of = [](int size) {
    auto options = many();
    options.quantities = {"m_info", "ep_theta", "ep_theta_naive", "efficiency", "ep_x"};
    return compute(parse_one("[model]\nkind = \"gaussian-mean\"\nstddev = 0.7\n[data]\nsize = " + std::to_string(size) +
                             "\ntarget = { mean = 0.3, stddev = 1.1 }\n[learner]\nkind = \"sgd-diffusion\"\n"
                             "learning_rate = 0.3\nbatch_size = 2\ntemperature = 0\nweight_decay = 0.2\n"
                             "initial = { mean = [0.1], stddev = [0.5] }\n[sampler]\nkind = \"ou\"\nrate = 2\n"
                             "[time]\npoints = [0.5]\n"),
                   options);
  };
  const auto value = [](const table::Table& table, const std::string& name) {
    for (const auto& cell : table.rows[0].cells)
      if (cell.quantity == name) return cell.value;
    return std::string();
  };
  CHECK(value(of(2), "ep_theta") == "inf");
  CHECK(value(of(2), "ep_theta_naive") == "inf");
  CHECK(value(of(2), "efficiency") == "0");
  check_accuracy(numbers(of(4)), 10, "four examples");
}

TEST_CASE("sgd-diffusion on one data set of a Gaussian mean is langevin at another temperature") {
  const auto of = [](const std::string& learner) {
    auto options = many();
    std::erase(options.quantities, "loss_test");
    return numbers(compute(
        parse_one("[model]\nkind = \"gaussian-mean\"\nstddev = 0.5\n[data]\nvalues = [0.25, 1.25]\n[learner]\n" +
                  learner +
                  "\nweight_decay = 0.2\ninitial = { mean = [0.1], stddev = [0.5] }\n[sampler]\n"
                  "kind = \"ou\"\nrate = 2\n[time]\npoints = [0, 0.5, 2]\n"),
        options));
  };
  // S = 1/4, s⁴ = 1/16: D = T + 4 eta/2m
  const auto sgd = of("kind = \"sgd-diffusion\"\nlearning_rate = 0.3\nbatch_size = 2\ntemperature = 0.2"),
             langevin = of("kind = \"langevin\"\nmobility = 1\ntemperature = 0.5");
  CHECK(check_honest(sgd, langevin, "one data set") == 3 * 16);
}

TEST_CASE("sgd-diffusion of a Gaussian mean in the plane: turned as one likes, the sum of its principal axes") {
  const auto of = [](const std::string& model, const std::string& mean, const std::string& width,
                     const std::string& sampler) {
    return compute(
        parse_one("[model]\nkind = \"gaussian-mean\"\nstddev = 0.5\n" + model +
                  "\n[learner]\nkind = \"sgd-diffusion\"\nlearning_rate = 0.3\nbatch_size = 2\n"
                  "temperature = { times = [0, 1], values = [0.2, 0.1] }\nweight_decay = 0.2\ninitial = { mean = " +
                  mean + ", stddev = " + width + " }\n" + sampler + "[time]\npoints = [0, 0.5, 2]\n"),
        Options{});
  };
  const std::string plane = "dimension = 2\n[data]\nvalues = ", round = "[0.5, 0.5]";
  for (const std::string sampler : {"", "[sampler]\nkind = \"ou\"\nrate = 2\n"}) {
    const auto straight = numbers(
                   of(plane + "[[0.25, -0.1], [1.25, -0.1], [0.25, 0.3], [1.25, 0.3]]", "[0.1, -0.2]", round, sampler)),
               turned = numbers(of(plane + "[[0.23, 0.14], [0.83, 0.94], [-0.09, 0.38], [0.51, 1.18]]", "[0.22, -0.04]",
                                   round, sampler));
    CHECK(check_honest(straight, turned, "turned") > 3 * 25);
    const auto sum = added(numbers(of("[data]\nvalues = [0.25, 1.25]", "[0.1]", "[0.5]", sampler)),
                           numbers(of("[data]\nvalues = [-0.1, 0.3]", "[-0.2]", "[0.5]", sampler)));
    CHECK(check_honest(straight, sum, "sum") > 3 * 25);
  }
  CHECK_THROWS_WITH_AS(of(plane + "[[0.25, -0.1], [1.25, 0.3]]", "[0.1, -0.2]", "[0.5, 0.6]", ""),
                       doctest::Contains("as wide in all directions"), InputError);
  auto options = Options{};
  options.quantities = {"heat_x", "heat_x_variance"};  // the second needs a grid, which these have not
  const auto cells = numbers(
      compute(parse_one("[model]\nkind = \"gaussian-mean\"\nstddev = 0.5\n" + plane +
                        "[[0.25, -0.1], [1.25, 0.3]]\n[learner]\nkind = \"sgd-diffusion\"\nlearning_rate = 0.3\n"
                        "batch_size = 2\ntemperature = 0.2\ninitial = { mean = [0.1, -0.2], stddev = " +
                        round + " }\n[time]\npoints = [1]\n"),
              options));
  CHECK(cells.size() == 1);
  CHECK(cells.front().size() == 1);
}

TEST_CASE("a stream that has not begun has a loss on fresh data, none on its own") {
  const auto rows = numbers(compute(
      parse_one(
          "[model]\nkind = \"gaussian-mean\"\nstddev = 0.5\n[data]\ntarget = { mean = 0.3, stddev = 1.1 }\n"
          "[learner]\nkind = \"sgld\"\nbatch = \"stream\"\nbatch_size = 1\nlearning_rate = 0.1\ntemperature = 0.2\n"
          "initial = { mean = [0.1], stddev = [0.5] }\n[time]\npoints = [0, 3]\n"),
      many()));
  CHECK(rows[0].count("loss_train") == 0);
  CHECK(rows[0].count("generalization_gap") == 0);
  // ln(2 pi s²)/2 + (Var x + Var theta + (mean of x - mean of theta)²)/2s²
  const Number expected = log(8 * atan(Number(1)) / 4) / 2 + (Number("1.21") + Number("0.25") + Number("0.04")) * 2;
  CHECK(abs(rows[0].at("loss_test").value - expected) <= rows[0].at("loss_test").error);
  CHECK(rows[1].count("loss_train") == 1);
}

TEST_CASE("what only a grid has is given where it is asked for") {
  const auto of = [](const std::string& temperature) {
    auto options = many();
    options.quantities = {"heat_x_variance", "work_x_variance", "heat_x", "ift_theta"};
    return numbers(compute(parse_one(gaussian("kind = \"langevin\"\nmobility = 1\ntemperature = " + temperature,
                                              "[time]\npoints = [0.5, 2]\n")),
                           options));
  };
  CHECK(check_honest(of("{ times = [0, 1], values = [0.4, 0.4] }"), of("0.4"), "moments of heat, flat schedule") == 8);
}

TEST_CASE("jump learners of vectors: states and data too far apart are refused before memory is taken") {
  const std::string head = "[model]\nkind = \"gaussian-mean\"\nstddev = 0.7\ndimension = 2\n[data]\n",
                    far = "[[0.0, 0.0], [0.3, 0.4], [5000, 7000]]",
                    target = "size = 4\ntarget = { mean = [0.36, 0.48], stddev = [1.1, 1.1] }\n";
  for (const std::string acceptance : {"metropolis", "heat-bath"})
    CHECK_THROWS_WITH_AS(compute(parse_one(head + target + jumps(far, acceptance)), informations()),
                         doctest::Contains("learner.temperature: "), InputError);
  CHECK_THROWS_WITH_AS(
      compute(parse_one(head + "values = [[0.1, 0.2], [0.3, 0.1]]\n" + jumps(far, "metropolis")), informations()),
      doctest::Contains("learner.states: "), InputError);
}

TEST_CASE("a regression that lags: too wide a start for the grid, --method spectral says so") {
  const auto e = parse_one(regression(annealed, "[sampler]\nkind = \"ou\"\nrate = 2\n[time]\npoints = [1]\n"));
  CHECK_THROWS_WITH_AS(compute(e, with(Method::spectral)), doctest::Contains("learner.initial"), InputError);
}

}  // namespace calor::run::test
