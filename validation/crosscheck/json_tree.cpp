#include "validation/crosscheck/json_tree.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "experiment/text.hpp"
#include "num/errors.hpp"

namespace calor::crosscheck {

namespace {

using nlohmann::json;

constexpr std::size_t most_levels = 64;
constexpr std::size_t most_number = 8000;

/// Receives nlohmann's events (its parser is not recursive, so depth is ours to limit) and builds the tree.
class Builder : public json::json_sax_t {
 public:
  Builder(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  Node take() { return std::move(root_); }

  bool null() override { return put({}); }
  bool boolean(bool value) override {
    Node node{Node::Kind::boolean, "", value, {}, {}};
    return put(std::move(node));
  }
  // Integers come without their text, but exactly.
  bool number_integer(json::number_integer_t value) override { return number(std::to_string(value)); }
  bool number_unsigned(json::number_unsigned_t value) override { return number(std::to_string(value)); }
  bool number_float(json::number_float_t, const json::string_t& text) override { return number(text); }
  bool string(json::string_t& value) override {
    Node node{Node::Kind::string, std::move(value), false, {}, {}};
    return put(std::move(node));
  }
  bool binary(json::binary_t&) override { return false; }

  bool start_object(std::size_t) override { return open(Node::Kind::object); }
  bool start_array(std::size_t) override { return open(Node::Kind::list); }
  bool key(json::string_t& value) override {
    key_ = std::move(value);
    return true;
  }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool parse_error(std::size_t position, const std::string&, const json::exception& error) override {
    const std::size_t end = std::min(position, text_.size());
    const auto line = 1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(end), '\n');
    std::string why = error.what();
    const auto colon = why.find(": ");
    why = why.substr(colon == std::string::npos ? why.find("] ") + 2 : colon + 2);
    throw InputError(name_ + ":" + std::to_string(line) + ": not JSON: " + experiment::printable(why, 200) +
                     "; allowed: a table as written by calor run --format json");
  }

 private:
  bool number(const std::string& text) {
    if (text.size() > most_number)
      throw InputError(name_ + ": a number of more than " + std::to_string(most_number) +
                       " characters; allowed: fewer");
    Node node{Node::Kind::number, text, false, {}, {}};
    return put(std::move(node));
  }

  bool open(Node::Kind kind) {
    if (open_.size() == most_levels)
      throw InputError(name_ + ": nested too deeply; allowed: " + std::to_string(most_levels) + " levels");
    keys_.push_back(std::move(key_));
    open_.push_back({kind, "", false, {}, {}});
    return true;
  }

  bool close() {
    Node node = std::move(open_.back());
    open_.pop_back();
    key_ = std::move(keys_.back());
    keys_.pop_back();
    return put(std::move(node));
  }

  bool put(Node node) {
    if (open_.empty()) {
      root_ = std::move(node);
    } else if (open_.back().is(Node::Kind::object)) {
      open_.back().members.push_back({std::move(key_), std::move(node)});
    } else {
      open_.back().items.push_back(std::move(node));
    }
    return true;
  }

  std::string_view text_;
  const std::string& name_;
  Node root_;
  std::vector<Node> open_;
  std::vector<std::string> keys_;  // of the open nodes
  std::string key_;
};

}  // namespace

const Node* Node::find(std::string_view key) const {
  const auto at = std::find_if(members.begin(), members.end(), [&](const auto& m) { return m.key == key; });
  return at == members.end() ? nullptr : &at->value;
}

Node parse_json(std::string_view text, const std::string& name) {
  Builder builder(text, name);
  json::sax_parse(text.begin(), text.end(), &builder);
  return builder.take();
}

}  // namespace calor::crosscheck
