#include "support.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdio>

#include "num/errors.hpp"

namespace calor::run::test {

Numbers numbers(const table::Table& table) {
  Numbers out;
  for (const auto& row : table.rows) {
    out.emplace_back();
    for (const auto& cell : row.cells) out.back()[cell.quantity] = {Number(cell.value), Number(cell.error)};
  }
  return out;
}

experiment::Experiment parse_one(const std::string& text) {
  auto all = experiment::parse(text, "test.toml", {});
  REQUIRE(all.size() == 1);
  return std::move(all.front().experiment);
}

Options with(Method method, int digits) {
  Options o;
  o.method = method;
  o.digits = digits;
  return o;
}

int check_honest(const Numbers& tried, const Numbers& truth, const std::string& label) {
  int compared = 0;
  REQUIRE(tried.size() == truth.size());
  for (std::size_t j = 0; j < tried.size(); ++j)
    for (const auto& [name, entry] : tried[j]) {
      const auto exact = truth[j].find(name);
      if (exact == truth[j].end()) continue;
      ++compared;
      const Number miss = abs(Number(entry.value - exact->second.value));
      const bool inside =
          entry.value == exact->second.value || miss <= Number(entry.error + exact->second.error);  // inf
      CHECK_MESSAGE(inside, label, ": ", name, " at time ", j, ": ", entry.value.str(20), " is off by ", miss.str(3),
                    ", error said ", entry.error.str(3));
    }
  return compared;
}

Numbers added(Numbers a, const Numbers& b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t j = 0; j < a.size(); ++j)
    for (auto entry = a[j].begin(); entry != a[j].end();)
      if (const auto other = b[j].find(entry->first); other == b[j].end()) {
        entry = a[j].erase(entry);
      } else {
        entry->second.value += other->second.value;
        entry->second.error += other->second.error;
        ++entry;
      }
  return a;
}

Numbers with_medium(const std::string& text, int digits) {
  const auto e = parse_one(text);
  Options o = with(Method::automatic, digits);
  auto out = numbers(compute(e, o));
  o.quantities = {"ep_theta_medium"};
  const auto medium = numbers(compute(e, o));
  for (std::size_t j = 0; j < out.size(); ++j) out[j].insert(medium[j].begin(), medium[j].end());
  return out;
}

void check_judged(const std::map<std::string, Entry>& n, const std::map<std::string, double>& truth, double tolerance) {
  for (const auto& [name, value] : truth) {
    REQUIRE_MESSAGE(n.count(name) == 1, name);
    const double miss = std::fabs(static_cast<double>(n.at(name).value) - value);
    CHECK_MESSAGE(miss < tolerance, name, ": off by ", miss);
  }
}

void check_accuracy(const Numbers& n, int digits, const std::string& label) {
  const Number goal = pow(Number(10), -digits);
  for (const auto& row : n)
    for (const auto& [name, e] : row) {
      const Number size = abs(e.value) > 1 ? Number(abs(e.value)) : Number(1);
      const bool reached = e.error <= goal * size;
      CHECK_MESSAGE(reached, label, ": ", name, " = ", e.value.str(15), " has error ", e.error.str(3));
    }
}

unsigned long long Dice::next() {  // splitmix64
  unsigned long long z = (state_ += 0x9E3779B97F4A7C15ULL);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

double Dice::uniform(double a, double b) { return a + (b - a) * static_cast<double>(next() >> 11) * 0x1p-53; }

double Dice::log_uniform(double a, double b) { return a * std::exp(uniform(0, std::log(b / a))); }

std::string two_couplings(const std::string& data, const std::string& after) {
  return "[model]\nkind = \"ising\"\nspins = 3\nedges = [[0,1], [1,2]]\n[data]\n" + data +
         "\n[learner]\nkind = \"langevin\"\nmobility = 1.0\ntemperature = 0.5\nweight_decay = 0.4\n"
         "initial = { mean = [0.1, -0.1], stddev = [0.6, 0.6] }\n" +
         after + "\n";
}

std::string text(double x) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.6g", x);
  return buffer;
}

Timed::~Timed() {
  const std::chrono::duration<double> seconds = Clock::now() - begin_;
  if (count_ >= 100) std::fprintf(stderr, "experiment %d of %d: %.1f s\n", i_, count_, seconds.count());
}

void check_random(const RandomExperiments& experiments, int first, int count, double most_refused,
                  double most_unjudged) {
  int refused = 0, compared = 0, unjudged = 0;
  for (int i = first; i < first + count; ++i) {
    const Timed timed(i, count);
    Dice dice(static_cast<unsigned long long>(i) + experiments.seed);
    const std::string source = experiments.draw(dice), label = "experiment " + std::to_string(i) + "\n" + source;
    const auto e = parse_one(source);
    bool tried = false;
    try {
      const Numbers rough = numbers(compute(e, with(Method::automatic)));
      tried = true;
      check_accuracy(rough, 10, label);
      compared += check_honest(rough, numbers(compute(e, with(Method::automatic, experiments.finer))), label);
    } catch (const AccuracyError& refusal) {
      MESSAGE(label, tried ? "with more digits: " : "", std::string(refusal.what()));
      ++(tried ? unjudged : refused);
    } catch (const InternalError& bug) {
      FAIL_CHECK(label, std::string(bug.what()));
    }
  }
  MESSAGE(count, " random ", experiments.what, ": ", compared, " numbers compared, ", refused, " experiments refused, ",
          unjudged, " could not be had with ", experiments.finer, " digits");
  CHECK(refused <= most_refused * count);
  CHECK(unjudged <= most_unjudged * count);
}

}  // namespace calor::run::test
