#pragma once
// A TOML document as a tree of exact values with their places; the only door to toml++.

#include <string>
#include <string_view>
#include <vector>

#include "num/exact.hpp"

namespace calor::experiment {

struct Member;

struct Node {
  enum class Kind { number, string, boolean, list, table, date };
  Kind kind = Kind::table;
  std::string text;      // string: its value; number, date: as written
  num::Rational number;  // exactly the decimal that is written
  bool boolean = false;
  std::vector<Node> items;      // list
  std::vector<Member> members;  // table, in the order of the file
  int line = 0, column = 0;

  /// The member with this key, nullptr if there is none.
  const Node* find(std::string_view key) const;
  Node* find(std::string_view key);
};

struct Member {
  std::string key;
  Node node;
};

/// Throws InputError "NAME:LINE: …" on text that is not TOML, on inf and nan, on numbers other than 0 whose size is not
/// between 1e-300 and 1e300 (every number type must hold them) and on literals of more than 126 characters (a limit of
/// toml++).
Node parse_toml(std::string_view text, const std::string& name);

/// The value for a message: as written if short, else "a list of 12".
std::string describe(const Node& node);

}  // namespace calor::experiment
