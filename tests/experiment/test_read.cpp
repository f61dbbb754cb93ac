#include <doctest/doctest.h>

#include "experiment/kinds.hpp"
#include "num/errors.hpp"
#include "support.hpp"

namespace calor::read_test {

using namespace experiment;
using namespace experiment::test;
using num::parse_decimal;

TEST_SUITE("experiment/read") {
  TEST_CASE("the coin, exactly") {
    const Experiment e =
        one(edited(coin(), {{4, "size = 8 # tosses"},
                            {5, "target = [0.300000000000000000000000000001, 0.699999999999999999999999999999]"}}));
    CHECK(e.model.kind == "bernoulli");
    CHECK(e.data.source == Data::Source::target);
    CHECK(e.data.size == 8);
    CHECK(e.data.probabilities[0] - Rational(3, 10) == parse_decimal("1e-30"));
    CHECK(e.learner.mobility.constant());
    CHECK(e.learner.temperature.values == std::vector<Rational>{Rational(1, 8)});
    CHECK(e.learner.weight_decay == Rational(1, 10));
    CHECK(e.learner.initial_stddev == std::vector<Rational>{Rational(1, 2)});
    CHECK(*e.sampler.rate == 2);
    CHECK_FALSE(e.sampler.probability);
    CHECK(e.time.points == std::vector<Rational>{0, Rational(1, 2), 1});
    CHECK(e.digits == 10);
    CHECK(e.file == "case.toml");
  }

  TEST_CASE("defaults") {
    const Experiment e = one(edited(coin(), {{10, ""}, {12, ""}, {13, ""}, {14, ""}, {17, ""}, {18, ""}}));
    CHECK(e.learner.weight_decay == 0);
    CHECK(e.sampler.kind == "equilibrium");
    CHECK(e.digits == 10);
    CHECK(e.title.empty());
    CHECK(one(edited(discrete(), {{10, ""}, {11, ""}})).learner.batch == "full");
    CHECK(one(edited(discrete(), {{4, ""}, {10, "batch = \"stream\""}, {11, ""}})).learner.batch_size == 1);
    CHECK(one(edited(gaussian(), {{4, ""}})).model.dimension == 1);
  }

  TEST_CASE("messages of later stages find their line") {
    const Experiment e = one(edited(coin()));
    CHECK(e.at("learner.temperature") == "case.toml:9: learner.temperature: ");
    CHECK(e.at("learner.initial.stddev") == "case.toml:11: learner.initial.stddev: ");
    CHECK(e.at("time") == "case.toml:15: time: ");
    CHECK(e.at("data.counts") == "case.toml: data.counts: ");
    CHECK(Experiment().at("data.size") == "data.size: ");
  }

  TEST_CASE("every model, with its number of parameters and outcomes") {
    const auto shape = [](const Experiment& e) { return std::pair(parameters(e.model), outcomes(e.model)); };
    const std::string two = "initial = { mean = [0, 0], stddev = [1, 1] }",
                      three = "initial = { mean = [0, 0, 0], stddev = [1, 1, 1] }";
    CHECK(shape(one(edited(coin()))) == std::pair(1, 2));
    CHECK(shape(one(edited(
              coin(), {{2, "kind = \"categorical\"\noutcomes = 3"}, {5, "target = [0.5, 0.3, 0.2]"}, {11, two}}))) ==
          std::pair(2, 3));
    CHECK(shape(one(edited(spins()))) == std::pair(1, 4));
    CHECK(shape(one(edited(spins(), {{5, "fields = true"}, {13, three}}))) == std::pair(3, 4));
    CHECK(shape(one(edited(spins(), {{4, ""}, {5, "fields = true"}, {13, two}}))) == std::pair(2, 4));
    CHECK(shape(one(
              edited(spins(), {{2, "kind = \"rbm\""}, {3, "visible = 2"}, {4, "hidden = 1"}, {5, ""}, {13, two}}))) ==
          std::pair(2, 4));
    CHECK(shape(one(edited(spins(), {{2, "kind = \"rbm\""},
                                     {3, "visible = 2"},
                                     {4, "hidden = 1"},
                                     {5, "biases = true"},
                                     {13, "initial = { mean = [0,0,0,0,0], stddev = [1,1,1,1,1] }"}}))) ==
          std::pair(5, 4));
    CHECK(shape(one(edited(gaussian()))) == std::pair(1, 0));
    CHECK(shape(one(edited(gaussian(), {{4, "dimension = 3"}, {12, three}}))) == std::pair(3, 0));
    CHECK(shape(one(edited(gaussian(), {{2, "kind = \"gaussian\""}, {3, ""}, {4, ""}, {12, two}}))) == std::pair(2, 0));
    CHECK(shape(one(edited(line_fit()))) == std::pair(2, 0));
  }

  TEST_CASE("targets and fixed data") {
    const Experiment d2 = one(edited(gaussian(), {{4, "dimension = 2"},
                                                  {7, "target = { mean = [1, -2.5], stddev = 0.3 }"},
                                                  {12, "initial = { mean = [0, 0], stddev = [1, 1] }"}}));
    CHECK(d2.data.mean == std::vector<Rational>{1, Rational(-5, 2)});
    CHECK(d2.data.variance == std::vector<Rational>{Rational(9, 100), Rational(9, 100)});
    const Experiment counted = one(edited(coin(), {{4, ""}, {5, "counts = [3, 5]"}}));
    CHECK(counted.data.source == Data::Source::counts);
    CHECK(counted.data.counts == std::vector<int>{3, 5});
    CHECK(counted.data.size == 8);
    const Experiment valued = one(edited(gaussian(), {{6, ""}, {7, "values = [0.1, [0.2], -3]"}}));
    CHECK(valued.data.source == Data::Source::values);
    CHECK(valued.data.values == std::vector<std::vector<Rational>>{{Rational(1, 10)}, {Rational(1, 5)}, {-3}});
    CHECK(valued.data.size == 3);
    const Experiment fit = one(edited(line_fit()));
    CHECK(fit.data.size == 3);
    CHECK(fit.data.weights == std::vector<Rational>{Rational(1, 2), -1});
    CHECK(fit.data.variance.front() == Rational(9, 100));
    CHECK(one(edited(line_fit(), {{6, "values = [1, 2, 3]"}})).data.size == 3);
  }

  TEST_CASE("every learner") {
    const Experiment ladder_read = one(edited(ladder()));
    CHECK(ladder_read.learner.states ==
          std::vector<std::vector<Rational>>{{Rational(-3, 2)}, {Rational(-1, 2)}, {Rational(1, 2)}, {Rational(3, 2)}});
    CHECK(ladder_read.learner.initial_probabilities.size() == 4);
    CHECK(ladder_read.learner.acceptance == "arrhenius");
    const Experiment thirds = one(edited(ladder(), {{8, "states = { from = 0, to = 1, count = 4 }"}}));
    CHECK(thirds.learner.states[1][0] == Rational(1, 3));
    CHECK(thirds.learner.states[3][0] == 1);
    const Experiment bit = one(edited(ladder(), {{8, "states = [[-2], 2]"}, {12, "initial = [0.5, 0.5]"}}));
    CHECK(bit.learner.states == std::vector<std::vector<Rational>>{{-2}, {2}});
    const Experiment sgld = one(edited(discrete()));
    CHECK(sgld.learner.batch == "minibatch");
    CHECK(sgld.learner.batch_size == 3);
    CHECK(*sgld.sampler.probability == Rational(1, 2));
    const Experiment stream = one(edited(discrete(), {{4, ""}, {10, "batch = \"stream\""}, {11, "batch_size = 2"}}));
    CHECK(stream.data.source == Data::Source::stream);
    CHECK(stream.data.size == 0);
    CHECK(stream.data.probabilities.size() == 2);
    const Experiment diffusion = one(edited(
        coin(), {{7, "kind = \"sgd-diffusion\""}, {8, "learning_rate = 0.1\nbatch_size = 2"}, {9, "temperature = 0"}}));
    CHECK(diffusion.learner.batch_size == 2);
    CHECK(diffusion.learner.temperature.values.front() == 0);
  }

  TEST_CASE("schedules") {
    const Experiment e =
        one(edited(coin(), {{8, "mobility = { times = [0, 2.5], values = [1, 0.1] }"},
                            {9, "[learner.temperature]\ntimes = [1, 2, 4]\nvalues = [1, 0.5, 0.25]\n[learner.initial]"},
                            {10, "mean = 0"},
                            {11, "stddev = 0.5"}}));
    CHECK(e.learner.mobility.times == std::vector<Rational>{0, Rational(5, 2)});
    CHECK(e.learner.temperature.times.size() == 3);
    CHECK(e.learner.temperature.values == std::vector<Rational>{1, Rational(1, 2), Rational(1, 4)});
    CHECK(e.learner.initial_mean.size() == 1);
  }

  TEST_CASE("time by end and count, and turns") {
    const Experiment e = one(edited(gaussian()));
    REQUIRE(e.time.points.size() == 21);
    CHECK(e.time.points[7] == Rational(7, 2));
    CHECK(one(edited(gaussian(), {{18, "count = 4"}})).time.points[1] == Rational(10, 3));
    const Experiment turns = one(edited(coin(), {{14, "probability = 1"}, {16, "points = [0, 0.3, 1.2]\nstep = 0.1"}}));
    CHECK(*turns.time.step == Rational(1, 10));
    CHECK(takes_turns(turns));
    CHECK(*one(edited(coin(), {{16, "points = [1.2]\nstep = 0.1"}})).sampler.rate == 2);
    CHECK(*one(edited(spins(), {{16, "sweeps = 3"}, {18, "points = [1.2]\nstep = 0.1"}})).sampler.sweeps == 3);
    CHECK(*one(edited(discrete(), {{14, "kind = \"metropolis\""}, {15, "sweeps = 2"}})).sampler.sweeps == 2);
    CHECK(one(edited(coin(), {{2, "kind = \"categorical\"\noutcomes = 2"}, {13, "kind = \"gibbs\""}})).sampler.kind ==
          "gibbs");
  }

  TEST_CASE("the reference experiments and the shipped ones are read") {
    int count = 0;
    for (const auto folder : {"tests/reference", "validation/experiments"}) {
      for (const auto& entry : std::filesystem::directory_iterator(source_root() / folder)) {
        if (entry.path().extension() != ".toml") continue;
        CAPTURE(entry.path().string());
        CHECK_NOTHROW(read(entry.path()));
        ++count;
      }
    }
    CHECK(count >= 8);
    CHECK(read(source_root() / "tests/reference/coin.toml").front().experiment.title ==
          "Eight tosses of a biased coin");
  }

  TEST_CASE("files that cannot be read") {
    const Folder folder;
    CHECK_THROWS_WITH_AS(read(folder.path() / "none.toml"), doctest::Contains("No such file"), InputError);
    CHECK_THROWS_WITH_AS(read(folder.path()), doctest::Contains("it is a directory"), InputError);
    CHECK_THROWS_WITH_AS(read(folder.write("a", "x") / "b.toml"), doctest::Contains("Not a directory"), InputError);
    CHECK_THROWS_WITH_AS(read(folder.write("long.toml", std::string(16'000'001, '#'))), doctest::Contains("too long"),
                         InputError);
    CHECK_THROWS_WITH_AS(read(folder.write("empty.toml", "")), doctest::Contains("model: the key is missing"),
                         InputError);
  }
}

}  // namespace calor::read_test
