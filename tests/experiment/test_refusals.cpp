// One case for every way in which an experiment can be wrong: the message names file, line, key, value and what is
// allowed.

#include <doctest/doctest.h>

#include "support.hpp"

namespace calor::refusals_test {

using namespace experiment::test;

namespace {

/// `expected` follows "case.toml:".
struct Case {
  Lines edits;
  std::string expected;
};

void check(const Lines& base, const std::vector<Case>& cases) {
  REQUIRE(refusal(edited(base)).empty());
  for (const auto& [edits, expected] : cases) {
    const std::string message = refusal(edited(base, edits));
    CAPTURE(expected);
    CHECK_MESSAGE(message.rfind("case.toml:" + expected, 0) == 0, message);
    CHECK_MESSAGE(message.find("; allowed") != std::string::npos, message);
    CHECK_MESSAGE(message.find('\n') == std::string::npos, message);
  }
}

}  // namespace

TEST_SUITE("experiment/refusals") {
  TEST_CASE("sections and keys") {
    check(coin(), {
                      {{{1, "[modle]"}},
                       "1: modle: unknown key; allowed: title, grade, note, model, data, learner, sampler, time, "
                       "accuracy; did you "
                       "mean model?"},
                      {{{1, "model = 3"}, {2, ""}}, "1: model: not a table (3)"},
                      {{{15, "[model.time]"}}, "15: model.time: unknown key"},
                      {{{2, ""}}, "1: model.kind: the key is missing; allowed: one of bernoulli, categorical"},
                      {{{2, "kind = \"bernouli\""}},
                       "2: model.kind: unknown (\"bernouli\"); allowed: bernoulli, categorical, ising, rbm, "
                       "gaussian-mean, gaussian, linear-regression, poisson; did you mean bernoulli?"},
                      {{{2, "kind = 3"}}, "2: model.kind: not a string (3)"},
                      {{{7, "kind = \"langevn\""}},
                       "7: learner.kind: unknown (\"langevn\"); allowed: langevin, sgd-diffusion, sgld, jump; did you "
                       "mean langevin?"},
                      {{{13, "kind = \"heatbath\""}},
                       "13: sampler.kind: unknown (\"heatbath\"); allowed: equilibrium, heat-bath, glauber, "
                       "metropolis, gibbs, alternating, ou; did you mean heat-bath?"},
                      {{{8, "mobilty = 1"}},
                       "8: learner.mobilty: unknown key; allowed: kind, mobility, temperature, weight_decay, initial; "
                       "did you mean mobility?"},
                      {{{8, ""}}, "6: learner.mobility: the key is missing"},
                      {{{9, ""}}, "6: learner.temperature: the key is missing"},
                      {{{11, ""}}, "6: learner.initial: the key is missing"},
                      {{{14, "rate = 2\nlag = 1"}}, "15: sampler.lag: unknown key"},
                      {{{16, "points = [1]\nunit = \"s\""}}, "17: time.unit: unknown key"},
                      {{{18, "digts = 3"}}, "18: accuracy.digts: unknown key; allowed: digits; did you mean digits?"},
                      {{{4, "size = 8\nsise = 3"}}, "5: data.sise: unknown key"},
                      {{{2, "kind = \"bernoulli\"\ntitle = \"x\""}}, "3: model.title: unknown key"},
                      {{{1, "title = 3\n[model]"}}, "1: title: not a string (3)"},
                  });
  }

  TEST_CASE("keys of another kind") {
    check(coin(), {
                      {{{2, "kind = \"bernoulli\"\nspins = 3"}},
                       "3: model.spins: the key belongs to ising, not to kind = \"bernoulli\""},
                      {{{8, "mobility = 1\nbatch_size = 3"}},
                       "9: learner.batch_size: the key belongs to sgd-diffusion, sgld, not to kind = \"langevin\""},
                      {{{8, "mobility = 1\nlearning_rate = 3"}},
                       "9: learner.learning_rate: the key belongs to sgd-diffusion, sgld, not"},
                      {{{8, "mobility = 1\nstates = [1, 2]"}}, "9: learner.states: the key belongs to jump, not"},
                      {{{13, "kind = \"equilibrium\""}},
                       "14: sampler.rate: the key belongs to heat-bath, glauber, metropolis, gibbs, alternating, ou, "
                       "not to kind = "
                       "\"equilibrium\""},
                      {{{13, "kind = \"glauber\""}, {14, "probability = 0.5"}},
                       "14: sampler.probability: the key belongs to heat-bath, not"},
                  });
  }

  TEST_CASE("data") {
    check(coin(),
          {
              {{{5, "target = [0.3, 0.71]"}},
               "5: data.target: the probabilities sum to 1.01; allowed: a sum of exactly 1"},
              {{{5, "target = [0.3, 0.6999999999999999999999]"}},
               "5: data.target: the probabilities sum to 0.9999999999999999999999; "},
              {{{5, "target = [-0.3, 1.3]"}}, "5: data.target[0]: a negative probability (-0.3)"},
              {{{5, "target = [0.3, 0.3, 0.4]"}},
               "5: data.target: of the wrong length (a list of 3); allowed: a list of 2 (one probability an outcome)"},
              {{{5, "target = 0.3"}}, "5: data.target: not a list (0.3)"},
              {{{5, "target = [\"a\", \"b\"]"}}, "5: data.target[0]: not a number (\"a\")"},
              {{{5, "target = { mean = 1, stddev = 2 }"}}, "5: data.target.mean: unknown key"},
              {{{5, "target = [0.3, nan]"}}, "5: data.target: not a finite number (nan)"},
              {{{5, ""}}, "3: data.target: the key is missing; allowed: target, or counts or values"},
              {{{4, ""}}, "3: data.size: the key is missing; allowed: the number of examples N"},
              {{{4, "size = 0"}}, "4: data.size: out of range (0); allowed: a whole number from 1 to"},
              {{{4, "size = -3"}}, "4: data.size: out of range (-3)"},
              {{{4, "size = 2.5"}}, "4: data.size: not a whole number (2.5)"},
              {{{4, "size = \"8\""}}, "4: data.size: not a number (\"8\")"},
              {{{4, "size = 10000000000"}}, "4: data.size: out of range (10000000000)"},
              {{{5, "counts = [3, 5]"}}, "4: data.size: beside counts, which fixes it"},
              {{{5, "target = [0.3, 0.7]\ncounts = [3, 5]"}}, "6: data.counts: beside target"},
              {{{4, ""}, {5, "counts = [0, 0]"}}, "5: data.counts: the counts sum to 0"},
              {{{4, ""}, {5, "counts = [3, -1]"}}, "5: data.counts[1]: out of range (-1)"},
              {{{4, ""}, {5, "counts = [3, 1, 4]"}},
               "5: data.counts: of the wrong length (a list of 3); allowed: a list of 2"},
              {{{4, ""}, {5, "counts = [3, 1.5]"}}, "5: data.counts[1]: not a whole number (1.5)"},
              {{{4, ""}, {5, "values = [1.5]"}},
               "5: data.values: values are for real x; allowed for bernoulli: counts, target"},
          });
    check(gaussian(),
          {
              {{{7, "target = [0.3, 0.7]"}}, "7: data.target: not a table (a list of 2)"},
              {{{7, "target = { mean = 1 }"}}, "7: data.target.stddev: the key is missing"},
              {{{7, "target = { mean = 1, stddev = 0 }"}}, "7: data.target.stddev: not positive (0)"},
              {{{7, "target = { mean = 1, stddev = -1.5 }"}}, "7: data.target.stddev: not positive (-1.5)"},
              {{{7, "target = { mean = 1, stdev = 1 }"}},
               "7: data.target.stdev: unknown key; allowed: mean, stddev; did you mean stddev?"},
              {{{7, "target = { mean = [1, 2], stddev = 1 }"}},
               "7: data.target.mean: of the wrong length (a list of 2); allowed: a list of 1 (one a dimension)"},
              {{{6, ""}, {7, "counts = [3]"}},
               "7: data.counts: counts are for discrete models; allowed for gaussian-mean: values, target"},
              {{{6, ""}, {7, "values = []"}}, "7: data.values: no examples (a list of 0)"},
              {{{6, ""}, {7, "values = [1, [2, 3]]"}}, "7: data.values[1]: of the wrong length (a list of 2)"},
          });
    check(line_fit(),
          {
              {{{6, "target = { weights = [1], stddev = 1 }"}},
               "6: data.target.weights: of the wrong length (a list of 1); allowed: a list of 2"},
              {{{6, "target = { weights = [1, 2] }"}}, "6: data.target.stddev: the key is missing"},
              {{{6, "target = { file = \"a.csv\", column = \"x\" }"}},
               "6: data.target.file: a file gives no target for linear-regression"},
              {{{6, "size = 4\ntarget = { weights = [1, 2], stddev = 1 }"}},
               "6: data.size: not the number of rows of model.inputs (4); allowed: 3"},
              {{{6, "values = [1, 2]"}}, "6: data.values: of the wrong length (a list of 2); allowed: a list of 3"},
          });
  }

  TEST_CASE("models") {
    check(spins(),
          {
              {{{3, "spins = 0"}}, "3: model.spins: out of range (0)"},
              {{{3, ""}}, "1: model.spins: the key is missing"},
              {{{4, "edges = [[0,2]]"}}, "4: model.edges[0][1]: out of range (2); allowed: a whole number from 0 to 1"},
              {{{4, "edges = [[0,-1]]"}}, "4: model.edges[0][1]: out of range (-1)"},
              {{{4, "edges = [[1,1]]"}}, "4: model.edges[0]: an edge from a site to itself, [1,1]"},
              {{{4, "edges = [[0,1],\n[1,0]]"}}, "5: model.edges[1]: the edge [1,0] occurs twice"},
              {{{4, "edges = [[0,1,2]]"}}, "4: model.edges[0]: of the wrong length (a list of 3)"},
              {{{4, "edges = []"}}, "4: model.edges: the model has no parameter (no edges and fields = false)"},
              {{{4, ""}}, "1: model.edges: the model has no parameter"},
              {{{5, "fields = 1"}}, "5: model.fields: neither true nor false (1); allowed: true, false"},
              {{{8, "target = [0.5, 0.5]"}}, "8: data.target: of the wrong length (a list of 2); allowed: a list of 4"},
              {{{13, "initial = { mean = [0, 0], stddev = [1] }"}},
               "13: learner.initial.mean: of the wrong length (a list of 2); allowed: a list of 1 (one a parameter)"},
          });
    check(coin(), {
                      {{{2, "kind = \"categorical\""}}, "1: model.outcomes: the key is missing"},
                      {{{2, "kind = \"categorical\"\noutcomes = 1"}}, "3: model.outcomes: out of range (1)"},
                      {{{2, "kind = \"rbm\"\nvisible = 2"}}, "1: model.hidden: the key is missing"},
                      {{{2, "kind = \"rbm\"\nvisible = 99\nhidden = 1"}}, "3: model.visible: out of range (99)"},
                  });
    check(gaussian(), {
                          {{{3, "stddev = 0"}}, "3: model.stddev: not positive (0)"},
                          {{{3, ""}}, "1: model.stddev: the key is missing"},
                          {{{4, "dimension = 0"}}, "4: model.dimension: out of range (0)"},
                      });
    check(line_fit(), {
                          {{{4, "inputs = [[1, 0], [1]]"}},
                           "4: model.inputs[1]: of the wrong length (a list of 1); allowed: a list of 2"},
                          {{{4, "inputs = []"}}, "4: model.inputs: no rows (a list of 0)"},
                          {{{4, "inputs = [[]]"}}, "4: model.inputs[0]: an empty row"},
                          {{{4, "inputs = [1, 2]"}}, "4: model.inputs[0]: not a list (1)"},
                      });
  }

  TEST_CASE("learners") {
    check(coin(),
          {
              {{{9, "temperature = 0"}}, "9: learner.temperature: not positive (0); allowed: a number > 0"},
              {{{9, "temperature = -0.1"}}, "9: learner.temperature: not positive (-0.1)"},
              {{{9, "temperature = \"cold\""}},
               "9: learner.temperature: not a number (\"cold\"); allowed: a number, { times = […], values = […] }"},
              {{{8, "mobility = 0"}}, "8: learner.mobility: not positive (0)"},
              {{{8, "mobility = [1, 2]"}}, "8: learner.mobility: not a number (a list of 2)"},
              {{{10, "weight_decay = -0.1"}}, "10: learner.weight_decay: negative (-0.1); allowed: a number >= 0"},
              {{{11, "initial = { mean = [0, 1], stddev = [0.5] }"}},
               "11: learner.initial.mean: of the wrong length (a list of 2)"},
              {{{11, "initial = { mean = [0], stddev = [0.5, 0.5] }"}},
               "11: learner.initial.stddev: of the wrong length (a list of 2)"},
              {{{11, "initial = { mean = [0], stddev = [0] }"}}, "11: learner.initial.stddev[0]: not positive (0)"},
              {{{11, "initial = { mean = [0], stddev = [-1] }"}}, "11: learner.initial.stddev[0]: not positive (-1)"},
              {{{11, "initial = { mean = [0] }"}}, "11: learner.initial.stddev: the key is missing"},
              {{{11, "initial = { mean = [0], stddev = [1], skew = 1 }"}}, "11: learner.initial.skew: unknown key"},
              {{{11, "initial = [0.5, 0.5]"}}, "11: learner.initial: not a table (a list of 2)"},
              {{{7, "kind = \"sgd-diffusion\""}, {8, "learning_rate = 0.1"}},
               "6: learner.batch_size: the key is missing"},
              {{{7, "kind = \"sgd-diffusion\""}, {8, "learning_rate = 0.1\nbatch_size = 2"}, {9, "temperature = -1"}},
               "10: learner.temperature: negative (-1)"},
          });
    check(discrete(),
          {
              {{{10, "batch = \"full\""}}, "11: learner.batch_size: the batch is full (3)"},
              {{{10, ""}}, "11: learner.batch_size: the batch is full (3)"},
              {{{10, "batch = \"mini\""}}, "10: learner.batch: unknown (\"mini\"); allowed: full, minibatch, stream"},
              {{{11, ""}}, "6: learner.batch_size: the key is missing"},
              {{{11, "batch_size = 0"}}, "11: learner.batch_size: out of range (0)"},
              {{{8, "learning_rate = 0"}}, "8: learner.learning_rate: not positive (0)"},
              {{{8, ""}}, "6: learner.learning_rate: the key is missing"},
              {{{9, "temperature = 0"}}, "9: learner.temperature: not positive (0)"},
              {{{10, "batch = \"stream\""}}, "4: data.size: learner.batch = \"stream\" draws its own examples"},
              {{{4, ""}, {5, "counts = [1, 2]"}, {10, "batch = \"stream\""}},
               "5: data.counts: learner.batch = \"stream\" draws its own examples"},
          });
    check(ladder(),
          {
              {{{12, "initial = [0.25, 0.25, 0.25]"}},
               "12: learner.initial: of the wrong length (a list of 3); allowed: a list of 4 (one a state)"},
              {{{12, "initial = [0.25, 0.25, 0.25, 0.2]"}}, "12: learner.initial: the probabilities sum to 0.95"},
              {{{12, "initial = [0.25, 0.25, 0.75, -0.25]"}}, "12: learner.initial[3]: a negative probability (-0.25)"},
              {{{12, "initial = { mean = [0], stddev = [1] }"}}, "12: learner.initial: not a list (a table)"},
              {{{8, "states = { from = 1, to = 1, count = 4 }"}}, "8: learner.states.to: the same as from (1)"},
              {{{8, "states = { from = 1, to = 2, count = 1 }"}}, "8: learner.states.count: out of range (1)"},
              {{{8, "states = { from = 1, to = 2 }"}}, "8: learner.states.count: the key is missing"},
              {{{8, "states = [[1], [1]]"}}, "8: learner.states[1]: the state occurs twice"},
              {{{8, "states = [[1]]"}}, "8: learner.states: too few states (a list of 1)"},
              {{{8, "states = [[1, 2], [3, 4]]"}}, "8: learner.states[0]: of the wrong length (a list of 2)"},
              {{{8, ""}}, "6: learner.states: the key is missing"},
              {{{9, "rate = 0"}}, "9: learner.rate: not positive (0)"},
              {{{9, ""}}, "6: learner.rate: the key is missing"},
              {{{10, "temperature = 0"}}, "10: learner.temperature: not positive (0)"},
              {{{11, "acceptance = \"arhenius\""}},
               "11: learner.acceptance: unknown (\"arhenius\"); allowed: metropolis, heat-bath, arrhenius; did you "
               "mean arrhenius?"},
              {{{11, ""}}, "6: learner.acceptance: the key is missing"},
          });
    const Lines two{{2, "kind = \"categorical\"\noutcomes = 3"}, {5, "target = [0.5, 0.25, 0.25]"}};
    CHECK(refusal(edited(ladder(), two))
              .rfind("case.toml:9: learner.states: { from, to, count } is for one parameter, this model has 2", 0) ==
          0);
  }

  TEST_CASE("schedules") {
    check(coin(),
          {
              {{{9, "temperature = { times = [0, 1, 1], values = [1, 2, 3] }"}},
               "9: learner.temperature.times[2]: the times do not increase (1)"},
              {{{9, "temperature = { times = [-1, 1], values = [1, 2] }"}},
               "9: learner.temperature.times[0]: negative (-1)"},
              {{{9, "temperature = { times = [0, 1], values = [1, 0] }"}},
               "9: learner.temperature.values[1]: not positive (0)"},
              {{{9, "temperature = { times = [0, 1], values = [1] }"}},
               "9: learner.temperature.values: of the wrong length (a list of 1)"},
              {{{9, "temperature = { times = [0], values = [1] }"}},
               "9: learner.temperature.times: too few times (a list of 1)"},
              {{{9, "temperature = { times = [0, 1] }"}}, "9: learner.temperature.values: the key is missing"},
              {{{9, "temperature = { times = [0, 1], vals = [1, 2] }"}}, "9: learner.temperature.vals: unknown key"},
              {{{8, "mobility = { times = [0, 1], values = [1, -1] }"}},
               "8: learner.mobility.values[1]: not positive (-1)"},
          });
  }

  TEST_CASE("time and accuracy") {
    check(
        coin(),
        {
            {{{16, "points = []"}}, "16: time.points: no times (a list of 0)"},
            {{{16, "points = [1, 0.5]"}}, "16: time.points[1]: the times are not sorted (0.5)"},
            {{{16, "points = [1, 1.0]"}}, "16: time.points[1]: the time occurs twice (1.0)"},
            {{{16, "points = [-1, 1]"}}, "16: time.points[0]: a negative time (-1)"},
            {{{16, "points = 3"}}, "16: time.points: not a list (3)"},
            {{{16, ""}}, "15: time.points: the key is missing; allowed: points = […], or end and count"},
            {{{16, "end = 3"}}, "15: time.count: the key is missing"},
            {{{16, "count = 3"}}, "15: time.end: the key is missing"},
            {{{16, "end = 0\ncount = 3"}}, "16: time.end: not positive (0)"},
            {{{16, "end = 1\ncount = 1"}}, "17: time.count: out of range (1)"},
            {{{16, "end = 1\ncount = 1000000000"}}, "17: time.count: out of range (1000000000)"},
            {{{16, "points = [1]\nend = 2"}}, "17: time.end: beside points"},
            {{{16, "points = [0.1, 0.25]\nstep = 0.1"}},
             "16: time.points: a time is not a multiple of time.step (0.25); allowed: multiples of 0.1"},
            {{{16, "end = 1\ncount = 4\nstep = 0.1"}},
             "17: time.count: a time is not a multiple of time.step (0.33333333333333333); allowed: multiples of 0.1"},
            {{{16, "points = [1]\nstep = 0"}}, "17: time.step: not positive (0)"},
            {{{18, "digits = 0"}}, "18: accuracy.digits: out of range (0); allowed: a whole number from 1 to 200"},
            {{{18, "digits = 201"}}, "18: accuracy.digits: out of range (201)"},
            {{{18, "digits = true"}}, "18: accuracy.digits: not a number (true)"},
        });
    check(discrete(), {
                          {{{17, "points = [1, 2.5]"}},
                           "17: time.points: the times of sgld are step numbers (2.5); allowed: multiples of 1"},
                          {{{17, "points = [1]\nstep = 1"}}, "18: time.step: sgld takes steps of its own"},
                      });
  }

  TEST_CASE("samplers") {
    check(
        coin(),
        {
            {{{13, "kind = \"ou\""}},
             "13: sampler.kind: ou does not fit model.kind = \"bernoulli\"; allowed: models with Gaussian x"},
            {{{13, "kind = \"alternating\""}},
             "13: sampler.kind: alternating does not fit model.kind = \"bernoulli\"; allowed: models with "
             "hidden units (rbm)"},
            {{{14, "rate = 0"}}, "14: sampler.rate: not positive (0)"},
            {{{14, ""}}, "12: sampler.rate: the key is missing"},
            {{{14, "probability = 0.5"}},
             "14: sampler.probability: the key does not go with heat-bath in continuous time; allowed: rate"},
            {{{14, "rate = 1\nprobability = 0.5"}, {16, "points = [1]\nstep = 0.5"}},
             "15: sampler.probability: beside rate"},
            {{{14, "probability = 1.5"}, {16, "points = [1]\nstep = 0.5"}},
             "14: sampler.probability: a probability above 1 (1.5)"},
            {{{14, "probability = 0"}, {16, "points = [1]\nstep = 0.5"}}, "14: sampler.probability: not positive (0)"},
            {{{14, "sweeps = 2"}}, "14: sampler.sweeps: the key belongs to glauber, metropolis, gibbs, alternating"},
            {{{13, "kind = \"glauber\""}, {14, "sweeps = 2"}},
             "14: sampler.sweeps: the key does not go with glauber in continuous time; allowed: rate"},
        });
    check(gaussian(), {
                          {{{14, "kind = \"glauber\""}},
                           "14: sampler.kind: glauber does not fit model.kind = \"gaussian-mean\"; allowed: models of "
                           "two-valued sites (bernoulli, ising, rbm)"},
                      });
    check(spins(), {
                       {{{2, "kind = \"categorical\"\noutcomes = 4"},
                         {3, ""},
                         {4, ""},
                         {5, ""},
                         {13, "initial = { mean = [0,0,0], stddev = [1,1,1] }"}},
                        "16: sampler.kind: glauber does not fit model.kind = \"categorical\""},
                       {{{16, "sweeps = 0"}, {18, "points = [1]\nstep = 0.5"}}, "16: sampler.sweeps: out of range (0)"},
                   });
    check(discrete(),
          {
              {{{15, "rate = 1"}},
               "15: sampler.rate: the key does not go with heat-bath in sgld (discrete time); allowed: probability"},
              {{{14, "kind = \"glauber\""}, {15, "rate = 1"}},
               "15: sampler.rate: the key does not go with glauber in sgld (discrete time); allowed: sweeps"},
              {{{15, ""}}, "13: sampler.probability: the key is missing"},
          });
  }

  TEST_CASE("hostile text stays on one line") {
    for (const std::string& text :
         {std::string("a\"\n= ="), std::string(100000, '['), std::string(70, '\0'), std::string("\xFF\xFE[\0m\0", 6),
          std::string("[model]\nkind = \"\\n\\u0000\\u001b\""), std::string("\"a\\nb\" = 1")}) {
      const std::string message = refusal(text);
      CHECK(message.rfind("case.toml:", 0) == 0);
      CHECK(message.size() < 700);
      for (const char c : message) CHECK((static_cast<unsigned char>(c) >= 0x20 && c != 0x7F));
    }
  }
}

}  // namespace calor::refusals_test
