#include "target.hpp"

#include <nlohmann/json.hpp>

namespace calor::fuzz {

bool is_json(const std::string& text) {
  try {
    return !nlohmann::json::parse(text).is_discarded();
  } catch (const nlohmann::json::exception& e) {
    return e.id == 406;
  }
}

}  // namespace calor::fuzz
