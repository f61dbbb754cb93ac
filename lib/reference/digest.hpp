#pragma once
// Fingerprints of files.

#include <string>
#include <string_view>

namespace calor::reference {

/// SHA-256 (FIPS 180-4) as 64 hexadecimal digits, lower case.
std::string sha256(std::string_view bytes);

}  // namespace calor::reference
