#include "experiment/value.hpp"

#include <algorithm>

#include "experiment/text.hpp"
#include "num/errors.hpp"

namespace calor::experiment {

namespace {

std::string plural(std::size_t n, const std::string& meaning) {
  return "a list of " + std::to_string(n) + " (" + meaning + ")";
}

}  // namespace

std::string Value::place(const std::string& key, int line) const {
  return *file_ + (line > 0 ? ":" + std::to_string(line) : "") + ": " + (key.empty() ? "" : printable(key, 120) + ": ");
}

void Value::refuse(const std::string& what, const std::string& allowed) const {
  complain(what + " (" + describe(*node_) + ")", allowed);
}

void Value::complain(const std::string& what, const std::string& allowed) const {
  throw InputError(place(key_, node_->line) + what + "; " + allowed);
}

void Value::complain_about(const std::string& key, const std::string& what, const std::string& allowed) const {
  const Node* member = node_->find(key);
  throw InputError(place(key_.empty() ? key : key_ + "." + key, member != nullptr ? member->line : node_->line) + what +
                   "; " + allowed);
}

void Value::relay(const std::exception& error) const { throw InputError(place(key_, node_->line) + error.what()); }

Rational Value::number() const {
  if (kind() != Node::Kind::number) refuse("not a number", "allowed: a decimal number");
  return node_->number;
}

Rational Value::positive() const {
  if (number() <= 0) refuse("not positive", "allowed: a number > 0");
  return number();
}

Rational Value::nonnegative() const {
  if (number() < 0) refuse("negative", "allowed: a number >= 0");
  return number();
}

int Value::integer(int least, int most) const {
  const std::string allowed = "allowed: a whole number from " + std::to_string(least) + " to " + std::to_string(most);
  if (kind() != Node::Kind::number) refuse("not a number", allowed);
  if (denominator(node_->number) != 1) refuse("not a whole number", allowed);
  if (node_->number < least || node_->number > most) refuse("out of range", allowed);
  return static_cast<int>(numerator(node_->number));
}

bool Value::boolean() const {
  if (kind() != Node::Kind::boolean) refuse("neither true nor false", "allowed: true, false");
  return node_->boolean;
}

std::string Value::string() const {
  if (kind() != Node::Kind::string) refuse("not a string", "allowed: text in quotes");
  return node_->text;
}

std::string Value::choice(const std::vector<std::string>& names) const {
  const std::string chosen = string();
  if (std::find(names.begin(), names.end(), chosen) == names.end()) refuse("unknown", allowed_names(chosen, names));
  return chosen;
}

std::vector<Value> Value::list() const {
  if (kind() != Node::Kind::list) refuse("not a list", "allowed: a list […]");
  std::vector<Value> values;
  for (std::size_t i = 0; i < node_->items.size(); ++i) {
    values.emplace_back(*file_, node_->items[i], key_ + "[" + std::to_string(i) + "]");
  }
  return values;
}

std::vector<Value> Value::list_of(std::size_t length, const std::string& meaning) const {
  if (kind() != Node::Kind::list) refuse("not a list", "allowed: " + plural(length, meaning));
  if (node_->items.size() != length) refuse("of the wrong length", "allowed: " + plural(length, meaning));
  return list();
}

std::vector<Rational> Value::numbers() const {
  std::vector<Rational> numbers;
  for (const auto& value : list()) numbers.push_back(value.number());
  return numbers;
}

std::vector<Rational> Value::numbers_of(std::size_t length, const std::string& meaning) const {
  list_of(length, meaning);
  return numbers();
}

std::vector<Rational> Value::probabilities(std::size_t length, const std::string& meaning) const {
  std::vector<Rational> probabilities;
  Rational sum = 0;
  for (const auto& value : list_of(length, meaning)) {
    if (value.number() < 0) value.refuse("a negative probability", "allowed: numbers >= 0 that sum to 1");
    probabilities.push_back(value.number());
    sum += probabilities.back();
  }
  if (sum != 1) {
    complain("the probabilities sum to " + printable(num::decimal_text(sum), 130), "allowed: a sum of exactly 1");
  }
  return probabilities;
}

void Value::expect_table(const std::string& shape) const {
  if (kind() != Node::Kind::table) refuse("not a table", "allowed: " + shape);
}

std::optional<Value> Value::find(const std::string& key) const {
  const Node* member = node_->find(key);
  if (member == nullptr) return std::nullopt;
  return Value(*file_, *member, key_.empty() ? key : key_ + "." + key);
}

Value Value::get(const std::string& key, const std::string& meaning) const {
  const auto value = find(key);
  if (!value) complain_about(key, "the key is missing", "allowed: " + meaning);
  return *value;
}

std::vector<std::string> Value::keys() const {
  std::vector<std::string> keys;
  for (const auto& [key, node] : node_->members) keys.push_back(key);
  return keys;
}

void Value::only(const std::vector<std::string>& allowed, const std::string& owner,
                 const std::function<std::string(const std::string&)>& elsewhere) const {
  for (const auto& key : keys()) {
    if (std::find(allowed.begin(), allowed.end(), key) != allowed.end()) continue;
    const std::string place = elsewhere ? elsewhere(key) : "";
    const std::string what = place.empty() ? "unknown key" : "the key belongs to " + place;
    complain_about(key, what + (owner.empty() || place.empty() ? "" : ", not to " + owner),
                   allowed_names(key, allowed));
  }
}

}  // namespace calor::experiment
