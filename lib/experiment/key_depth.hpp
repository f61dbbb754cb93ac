#pragma once
// A guard in front of toml++, which bounds the depth of nested values but not that of dotted keys.

#include <string>
#include <string_view>

namespace calor::experiment {

/// Throws InputError "NAME:LINE: …" if a key outside strings and comments has more than 64 dots: each makes a table
/// inside a table, and their destruction is recursive.
void check_key_depth(std::string_view text, const std::string& name);

}  // namespace calor::experiment
