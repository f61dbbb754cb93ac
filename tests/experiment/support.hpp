#pragma once
// Small documents to edit, one line at a time, and the message with which one is refused.

#include <filesystem>
#include <map>
#include <string>

#include "experiment/experiment.hpp"

namespace calor::experiment::test {

/// Root of the source tree.
std::filesystem::path source_root();

/// Text by line number (from 1), so that a case can say which line it changes.
using Lines = std::map<int, std::string>;

const Lines& coin();      // bernoulli, langevin, heat-bath, every optional section
const Lines& gaussian();  // gaussian-mean, langevin, ou
const Lines& ladder();    // bernoulli, jump
const Lines& discrete();  // bernoulli, sgld minibatch, heat-bath with probability
const Lines& spins();     // ising, langevin, glauber
const Lines& line_fit();  // linear-regression, langevin

/// The document with some lines replaced; a line may become several or "".
std::string edited(const Lines& lines, const Lines& edits = {});

/// The one experiment that a text denotes.
Experiment one(const std::string& text, const std::filesystem::path& directory = {});

/// The message of the InputError that `text` causes, "" if it is read.
std::string refusal(const std::string& text, const std::filesystem::path& directory = {});

/// A directory for the files of one test, removed with its contents at the end.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path write(const std::string& name, const std::string& text) const;

 private:
  std::filesystem::path path_;
};

}  // namespace calor::experiment::test
