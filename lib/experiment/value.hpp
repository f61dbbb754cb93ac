#pragma once
// A value of the document on its way to the experiment: conversions that either succeed or say file, line, key, value
// and what is allowed.

#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "experiment/document.hpp"

namespace calor::experiment {

using num::Rational;

/// Every conversion throws InputError "FILE:LINE: KEY: what is wrong (value); what is allowed".
class Value {
 public:
  Value(const std::string& file, const Node& node, std::string key)
      : file_(&file), node_(&node), key_(std::move(key)) {}

  /// "what (value); allowed: …" about this value.
  [[noreturn]] void refuse(const std::string& what, const std::string& allowed) const;
  /// The same without the value, or about `key` inside this table.
  [[noreturn]] void complain(const std::string& what, const std::string& allowed) const;
  [[noreturn]] void complain_about(const std::string& key, const std::string& what, const std::string& allowed) const;

  /// An error found in a file that this value names: its message behind our place.
  [[noreturn]] void relay(const std::exception& error) const;

  Node::Kind kind() const { return node_->kind; }
  const std::string& key() const { return key_; }

  Rational number() const;
  Rational positive() const;
  Rational nonnegative() const;
  int integer(int least, int most) const;
  bool boolean() const;
  std::string string() const;
  /// A string that is one of `names`.
  std::string choice(const std::vector<std::string>& names) const;

  std::vector<Value> list() const;
  /// A list of `length` entries; `meaning` says what they are ("one a parameter").
  std::vector<Value> list_of(std::size_t length, const std::string& meaning) const;
  std::vector<Rational> numbers() const;
  std::vector<Rational> numbers_of(std::size_t length, const std::string& meaning) const;
  /// Non-negative numbers that sum to 1 exactly, one for each of `length` cases called `meaning`.
  std::vector<Rational> probabilities(std::size_t length, const std::string& meaning) const;

  /// This must be a table (`shape` says which, for the message).
  void expect_table(const std::string& shape) const;
  bool has(const std::string& key) const { return node_->find(key) != nullptr; }
  std::optional<Value> find(const std::string& key) const;
  /// The member, which must be there; `meaning` says what it would be.
  Value get(const std::string& key, const std::string& meaning) const;
  std::vector<std::string> keys() const;
  /// Refuses the first member that is not in `allowed`; `owner` ("kind = \"langevin\"") may be empty, and `elsewhere`
  /// may say where a key belongs ("" if nowhere).
  void only(const std::vector<std::string>& allowed, const std::string& owner = "",
            const std::function<std::string(const std::string&)>& elsewhere = {}) const;

 private:
  std::string place(const std::string& key, int line) const;

  const std::string* file_;
  const Node* node_;
  std::string key_;
};

}  // namespace calor::experiment
