#pragma once
// The true values: a table of Calor as numbers to compare with.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "num/exact.hpp"

namespace calor::crosscheck {

using num::Rational;

/// The format of samples.json, its member "samples".
inline const std::string sample_format = "1";

/// A decimal number exactly, or an infinity.
struct Number {
  std::string text;  // as written
  Rational value;    // 0 if infinite
  int infinite = 0;  // 1: +inf, -1: -inf

  bool finite() const { return infinite == 0; }
};

/// Decimals, and inf, Infinity with or without sign in any case; nothing on anything else (nan among it).
std::optional<Number> read_number(std::string_view text);

/// |value - exact| <= error.
struct Truth {
  Number value;
  Number error;  // may be +inf: nothing is known
};

/// All quantities at one time (or after one step).
struct Moment {
  Number t;
  std::map<std::string, Truth, std::less<>> quantities;
};

/// The swept keys and their values in one member of a sweep, {"sampler.rate", "10"}; empty without a sweep.
using Coordinates = std::vector<std::pair<std::string, std::string>>;

/// One word for files and tables: "data.size=1,sampler.rate=10"; "" without a sweep.
std::string word_of(const Coordinates& coordinates);

/// The same as a JSON object.
std::string json_of(const Coordinates& coordinates);

/// The moment whose time is nearest to t, if that is t but for the rounding of a binary number: within 1e-9 max(1,
/// |t|), and no other is nearly as near.
std::optional<std::size_t> find_moment(const std::vector<Moment>& moments, const Rational& t);

/// One experiment; of a sweep, one of its members.
struct Member {
  Coordinates coordinates;
  std::optional<Rational> size;         // data.size
  std::optional<Rational> temperature;  // learner.temperature, if constant
  std::vector<Moment> moments;
};

struct TruthTable {
  std::string name;   // of the file, for messages
  std::string title;  // of the first experiment
  std::vector<Member> members;

  std::size_t values() const;  // how many in all
};

/// From the JSON of `calor run --format json`, or samples.json of `calor sample`. Throws InputError "NAME: …".
TruthTable parse_table(std::string_view json, const std::string& name);

}  // namespace calor::crosscheck
