#include "validation/crosscheck/mistakes.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

#include "experiment/text.hpp"

namespace calor::crosscheck {

namespace {

using Group = std::vector<const Row*>;

/// What a row's value would be under an explanation; nothing where it says nothing.
using Prediction = std::function<std::optional<Rational>(const Row&)>;

/// 10^-3: no two explanations of one experiment are mistaken for each other, and a value with a further, small error is
/// still recognised. Factors and signs, which are few, are recognised to 3 % where two values or more agree on one:
/// those of samples without their standard errors.
const Rational close_enough(1, 1000), close_enough_together(3, 100);

enum class Fit { no, silent, yes };

Fit fit(const Row& row, const std::optional<Rational>& predicted, const Rational& close) {
  if (!row.truth.value.finite() || !row.estimate.value.finite()) return Fit::silent;
  if (row.truth.value.value == 0 && (!predicted || *predicted == 0)) return Fit::silent;
  if (!predicted) return Fit::no;
  const Rational &v = row.estimate.value.value, off = abs(v - *predicted), plain = abs(v - row.truth.value.value);
  if (const auto& s = row.estimate.standard_error) {
    if (off > 4 * *s + row.truth.error.value) return Fit::no;
    return row.pass ? Fit::silent : Fit::yes;
  }
  const bool good = off <= close * abs(*predicted) && 10 * off <= plain;
  return good ? (row.pass ? Fit::silent : Fit::yes) : Fit::no;
}

/// How many wrong rows a prediction explains; 0 where it contradicts a row.
std::size_t explained(const Group& group, const Prediction& predict, const Rational& close) {
  std::size_t some = 0;
  for (const Row* row : group) {
    const Fit f = fit(*row, predict(*row), close);
    if (f == Fit::no) return 0;
    some += f == Fit::yes ? 1 : 0;
  }
  return some;
}

bool explains(const Group& group, const Prediction& predict) { return explained(group, predict, close_enough) > 0; }

/// The same for a factor.
bool scales(const Group& group, const Prediction& predict) {
  return explains(group, predict) || explained(group, predict, close_enough_together) > 1;
}

struct Factor {
  std::string words;  // "your values are the true ones ..."
  Prediction predict;
};

Prediction times(const Rational& factor) {
  return [factor](const Row& row) { return std::optional<Rational>(factor * row.truth.value.value); };
}

/// A factor that depends on the member of a sweep; nothing where it is absent or near 1.
Prediction times_of(const TruthTable& table, const std::function<std::optional<Rational>(const Member&)>& factor) {
  return [&table, factor](const Row& row) -> std::optional<Rational> {
    const auto f = factor(table.members[row.estimate.member]);
    if (!f || (*f > Rational(98, 100) && *f < Rational(102, 100))) return std::nullopt;
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
        if (scales(all_, factor.predict)) out.push_back("all your values are " + factor.words);
      }
      if (!out.empty()) return out;
    }
    for (const auto& [quantity, rows] : groups_) one(quantity, rows);
    swap_sentences();
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

  void one(const std::string& quantity, const Group& rows) {
    if (std::all_of(rows.begin(), rows.end(), [](const Row* row) { return row->pass; })) return;
    if (scales(rows, times(-1))) add(sign_words(quantity), quantity);
    for (const Factor& factor : factors_) {
      if (scales(rows, factor.predict)) add(factor.words, quantity);
    }
    for (const std::string& name : names()) {
      if (name != quantity && explains(rows, other(table_, name))) taken_.emplace_back(quantity, name);
    }
    if (rows.size() > 1 && explains(rows, shifted(table_, -1)))
      add("the true ones at the time before: a step too few?", quantity);
    if (rows.size() > 1 && explains(rows, shifted(table_, 1)))
      add("the true ones at the time after: a step too many?", quantity);
  }

  std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (const auto& [name, truth] : table_.members.front().moments.back().quantities) out.push_back(name);
    return out;
  }

  /// "a and b are swapped" where each is taken for the other, else "a: your values are the true b".
  void swap_sentences() {
    for (const auto& [quantity, name] : taken_) {
      const bool both = std::find(taken_.begin(), taken_.end(), std::pair(name, quantity)) != taken_.end();
      if (both && name < quantity) continue;
      add("the true " + name + (both ? ", and the other way round: swapped?" : ": one taken for the other?"), quantity);
    }
  }

  const TruthTable& table_;
  std::vector<Factor> factors_;
  Group all_;
  std::vector<std::pair<std::string, Group>> groups_;                    // by quantity
  std::vector<std::pair<std::string, std::string>> taken_;               // quantity, what it is taken for
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
