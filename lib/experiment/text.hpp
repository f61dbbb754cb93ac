#pragma once
// Text of files and of messages.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace calor::experiment {

bool valid_utf8(std::string_view text);

/// `text` fit for one line of a message: control characters and bytes that are not UTF-8 as \xNN, cut after `most`
/// bytes.
std::string printable(std::string_view text, std::size_t most = 60);

std::string join(const std::vector<std::string>& words, std::string_view separator = ", ");

/// The member of `names` nearest to `word` (edit distance, whatever the case), "" if none is near enough to be meant.
std::string nearest(std::string_view word, const std::vector<std::string>& names);

/// "allowed: a, b, c", with "did you mean b?" where one is near.
std::string allowed_names(std::string_view word, const std::vector<std::string>& names);

/// All bytes of a file. Throws InputError "FILE: cannot be read: why" (missing, directory, no permission) and refuses
/// files of more than `most_bytes`.
std::string read_text(const std::filesystem::path& path, std::size_t most_bytes);

/// Why `path` cannot be opened as a file, "" if it can.
std::string why_unreadable(const std::filesystem::path& path);

}  // namespace calor::experiment
