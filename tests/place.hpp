#pragma once
// Where this build comes from and what it made; the only file whose compilation depends on the place (place.cpp).

#include <string>

namespace calor::test {

/// The root of the source tree.
std::string source_root();

/// The full path of the program `calor` of this build; "" in a build without it.
std::string program();

/// The project's version.
std::string version();

}  // namespace calor::test
