#include "validation/crosscheck/mistakes.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <set>
#include <tuple>

#include "experiment/text.hpp"

namespace calor::crosscheck {

namespace {

using Group = std::vector<const Row*>;

/// What a row's value would be under an explanation; nothing where it says nothing.
using Prediction = std::function<std::optional<Rational>(const Row&)>;

/// 10^-3: no two explanations of one experiment are mistaken for each other, and a value with a further, small error is
/// still recognised. Factors, signs and swaps, which are few, are recognised to 3 %, or twice the standard error, where
/// two values or more agree on one.
const Rational close_enough(1, 1000), close_enough_together(3, 100);

enum class Fit { no, silent, yes };

Fit fit(const Row& row, const std::optional<Rational>& predicted, bool together) {
  if (!row.truth.value.finite() || !row.estimate.value.finite()) return Fit::silent;
  const Rational& v = row.estimate.value.value;
  if (row.truth.value.value == 0 && (!predicted || *predicted == 0)) return Fit::silent;
  if (!predicted) return Fit::no;
  if (*predicted == 0) return v == 0 ? Fit::silent : Fit::no;  // zeros are what is left out, too
  const Rational off = abs(v - *predicted), plain = abs(v - row.truth.value.value);
  Rational close = (together ? close_enough_together : close_enough) * abs(*predicted);
  if (const auto& s = row.estimate.standard_error; s && together) close = std::max(close, Rational(2 * *s));
  const bool good = off <= close && 10 * off <= plain;
  return good ? (row.pass ? Fit::silent : Fit::yes) : Fit::no;
}

/// What speaks for an explanation.
struct Evidence {
  bool convincing = false;
  std::size_t exceptions = 0;  // rows that it does not explain

  std::string but() const { return exceptions ? " but " + std::to_string(exceptions) : ""; }
};

/// Rows that are replicates of one another speak once. A few rows may be wrong besides.
Evidence evidence(const Group& group, const Prediction& predict, bool together) {
  std::set<std::tuple<std::size_t, std::size_t, std::string>> places;
  Evidence out;
  for (const Row* row : group) {
    const Fit f = fit(*row, predict(*row), together);
    out.exceptions += f == Fit::no ? 1 : 0;
    if (f == Fit::yes) places.emplace(row->estimate.member, row->estimate.moment, row->estimate.quantity);
  }
  out.convincing = out.exceptions == 0 ? places.size() > (together ? 1U : 0U)
                                       : !together && places.size() >= 4 && 4 * out.exceptions <= places.size();
  return out;
}

bool explains(const Group& group, const Prediction& predict) {
  const auto e = evidence(group, predict, false);
  return e.convincing && e.exceptions == 0;
}

/// The same for a factor.
Evidence scales(const Group& group, const Prediction& predict) {
  const auto exact = evidence(group, predict, false);
  return exact.convincing ? exact : evidence(group, predict, true);
}

struct Factor {
  std::string words;  // "your values are the true ones ..."
  Prediction predict;
};

Prediction times(const Rational& factor) {
  return [factor](const Row& row) { return std::optional<Rational>(factor * row.truth.value.value); };
}

/// A factor that depends on the member of a sweep; nothing where it is absent or near 1 or -1.
Prediction times_of(const TruthTable& table, const std::function<std::optional<Rational>(const Member&)>& factor) {
  return [&table, factor](const Row& row) -> std::optional<Rational> {
    const auto f = factor(table.members[row.estimate.member]);
    if (!f || (abs(*f) > Rational(98, 100) && abs(*f) < Rational(102, 100))) return std::nullopt;
    return *f * row.truth.value.value;
  };
}

std::vector<Factor> factors(const TruthTable& table) {
  const Rational ln2(std::numbers::ln2), ln10(std::numbers::ln10);
  const auto size = [](const Member& m) { return m.size; };
  const auto heat = [](const Member& m) { return m.temperature; };
  const auto inverse = [](const std::function<std::optional<Rational>(const Member&)>& f) {
    return [f](const Member& m) {
      const auto q = f(m);
      return q && *q != 0 ? std::optional<Rational>(1 / *q) : std::nullopt;
    };
  };
  const auto minus = [](const std::function<std::optional<Rational>(const Member&)>& f) {
    return [f](const Member& m) {
      const auto q = f(m);
      return q ? std::optional<Rational>(-*q) : std::nullopt;
    };
  };
  return {
      {"the true ones divided by ln 2: bits? Calor counts in nats", times(1 / ln2)},
      {"the true ones times ln 2: converted from bits once too often?", times(ln2)},
      {"the true ones divided by ln 10: decimal logarithms? Calor counts in nats", times(1 / ln10)},
      {"the true ones times N, the size of the data: a sum over the examples in place of their mean?",
       times_of(table, size)},
      {"the true ones divided by N, the size of the data: divided by N once too often?",
       times_of(table, inverse(size))},
      {"the true ones divided by the temperature T: energy over T in place of energy, or a factor T left out?",
       times_of(table, inverse(heat))},
      {"the true ones times the temperature T: T times an entropy in place of the entropy?", times_of(table, heat)},
      {"the true ones with the opposite sign divided by the temperature T: -Q/T in place of Q?",
       times_of(table, minus(inverse(heat)))},
      {"twice the true ones: a factor 2?", times(2)},
      {"half the true ones: a factor 1/2?", times(Rational(1, 2))},
  };
}

std::string sign_words(const std::string& quantity) {
  const std::string words = "the true ones with the opposite sign";
  if (quantity.starts_with("heat_")) return words + ": Calor counts heat positive when the subsystem absorbs it";
  if (quantity.starts_with("work_")) return words + ": Calor counts work positive when energy is put in";
  if (quantity.starts_with("flow_")) return words + ": Calor counts the increase of I(X;Theta|B)";
  return words;
}

/// The true value of another quantity at the same place.
Prediction other(const TruthTable& table, const std::string& quantity) {
  return [&table, quantity](const Row& row) -> std::optional<Rational> {
    const auto& have = table.members[row.estimate.member].moments[row.estimate.moment].quantities;
    const auto at = have.find(quantity);
    return at == have.end() || !at->second.value.finite() ? std::nullopt
                                                          : std::optional<Rational>(at->second.value.value);
  };
}

/// The true value at the previous (-1) or next (+1) time.
Prediction shifted(const TruthTable& table, int by) {
  return [&table, by](const Row& row) -> std::optional<Rational> {
    const auto& moments = table.members[row.estimate.member].moments;
    const auto i = static_cast<std::ptrdiff_t>(row.estimate.moment) + by;
    if (i < 0 || i >= static_cast<std::ptrdiff_t>(moments.size())) return std::nullopt;
    const auto& have = moments[static_cast<std::size_t>(i)].quantities;
    const auto at = have.find(row.estimate.quantity);
    return at == have.end() || !at->second.value.finite() ? std::nullopt
                                                          : std::optional<Rational>(at->second.value.value);
  };
}

class Search {
 public:
  Search(const TruthTable& table, const std::vector<Row>& rows) : table_(table), factors_(factors(table)) {
    for (const Row& row : rows) {
      all_.push_back(&row);
      auto at =
          std::find_if(groups_.begin(), groups_.end(), [&](const auto& g) { return g.first == row.estimate.quantity; });
      if (at == groups_.end()) at = groups_.insert(groups_.end(), {row.estimate.quantity, {}});
      at->second.push_back(&row);
    }
  }

  std::vector<std::string> sentences() {
    if (groups_.size() > 1) {
      std::vector<std::string> out;
      for (const Factor& factor : factors_) {
        if (const auto e = scales(all_, factor.predict); e.convincing)
          out.push_back("all your values" + e.but() + " are " + factor.words);
      }
      if (!out.empty()) return out;
    }
    swaps();
    for (const auto& [quantity, rows] : groups_) one(quantity, rows);
    std::vector<std::string> out;
    for (const auto& [words, quantities] : found_)
      out.push_back(experiment::join(quantities) + ": your values are " + words);
    return out;
  }

 private:
  void add(const std::string& words, const std::string& quantity) {
    auto at = std::find_if(found_.begin(), found_.end(), [&](const auto& f) { return f.first == words; });
    if (at == found_.end()) at = found_.insert(found_.end(), {words, {}});
    at->second.push_back(quantity);
  }

  bool taken_for(const Group& rows, const std::string& name) const {
    return scales(rows, other(table_, name)).convincing;
  }

  /// Two quantities, each taken for the other.
  void swaps() {
    for (std::size_t i = 0; i < groups_.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        const auto& [first, of_first] = groups_[j];
        const auto& [second, of_second] = groups_[i];
        if (swapped_.contains(first) || swapped_.contains(second)) continue;
        if (!taken_for(of_first, second) || !taken_for(of_second, first)) continue;
        add("the true " + first + ", and the other way round: swapped?", second);
        swapped_.insert({first, second});
      }
    }
  }

  /// The simplest that explains: a sign or factor, else another quantity, else another time.
  void one(const std::string& quantity, const Group& rows) {
    if (swapped_.contains(quantity)) return;
    if (std::all_of(rows.begin(), rows.end(), [](const Row* row) { return row->pass; })) return;
    std::size_t said = 0;
    const auto say = [&](const std::string& words) {
      add(words, quantity);
      ++said;
    };
    const auto but = [](const Evidence& e, const std::string& words) {
      return e.exceptions ? words + " (all but " + std::to_string(e.exceptions) + ")" : words;
    };
    if (const auto e = scales(rows, times(-1)); e.convincing) say(but(e, sign_words(quantity)));
    for (const Factor& factor : factors_) {
      if (const auto e = scales(rows, factor.predict); e.convincing) say(but(e, factor.words));
    }
    if (said > 0) return;
    for (const std::string& name : names()) {
      if (name != quantity && explains(rows, other(table_, name)))
        say("the true " + name + ": one taken for the other?");
    }
    if (said > 0 || rows.size() < 2) return;
    if (explains(rows, shifted(table_, -1))) say("the true ones at the time before: a step too few?");
    if (explains(rows, shifted(table_, 1))) say("the true ones at the time after: a step too many?");
  }

  std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (const auto& [name, truth] : table_.members.front().moments.back().quantities) out.push_back(name);
    return out;
  }

  const TruthTable& table_;
  std::vector<Factor> factors_;
  Group all_;
  std::vector<std::pair<std::string, Group>> groups_;  // by quantity
  std::set<std::string> swapped_;
  std::vector<std::pair<std::string, std::vector<std::string>>> found_;  // words, quantities
};

}  // namespace

std::vector<std::string> recognise(const TruthTable& table, const std::vector<Row>& rows) {
  return Search(table, rows).sentences();
}

std::vector<std::string> mistakable(const std::string& quantity) {
  static const std::vector<std::vector<std::string>> families{
      {"m_info", "l_info", "r_info"},
      {"info_x_theta", "info_x_theta_given_b"},
      {"entropy_theta", "entropy_theta_given_b"},
      {"entropy_x", "entropy_x_given_b", "entropy_x_given_theta"},
      {"heat_theta", "heat_x", "work_x"},
      {"ep_theta", "ep_theta_naive"},
      {"ep_x", "ep_x_given_b", "ep_x_naive"},
      {"flow_x", "flow_theta"},
      {"loss_train", "loss_test"},
  };
  for (const auto& family : families) {
    if (std::find(family.begin(), family.end(), quantity) != family.end()) return family;
  }
  return {quantity};
}

}  // namespace calor::crosscheck
