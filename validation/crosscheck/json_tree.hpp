#pragma once
// JSON as a tree whose numbers keep their text: tables have more digits than a double.

#include <string>
#include <string_view>
#include <vector>

namespace calor::crosscheck {

struct Property;

struct Node {
  enum class Kind { null, boolean, number, string, list, object };
  Kind kind = Kind::null;
  std::string text;  // string: its value; number: as written
  bool boolean = false;
  std::vector<Node> items;        // list
  std::vector<Property> members;  // object, in the order of the file

  /// The first member with this key, nullptr if there is none or this is no object.
  const Node* find(std::string_view key) const;

  bool is(Kind k) const { return kind == k; }
};

struct Property {
  std::string key;
  Node value;
};

/// Throws InputError "NAME:LINE: …" on text that is not JSON (RFC 8259), on more than 64 levels and on numbers of more
/// than 8000 characters.
Node parse_json(std::string_view text, const std::string& name);

}  // namespace calor::crosscheck
