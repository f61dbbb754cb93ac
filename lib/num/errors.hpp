#pragma once
// The three ways a run can end badly. tools/ turns them into exit statuses.

#include <stdexcept>
#include <string>

namespace calor {

/// The user's input is wrong or asks for what cannot be had: one line, exit status 2.
class InputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The accuracy asked for cannot be reached: an InputError that says which accuracy can.
class AccuracyError : public InputError {
 public:
  using InputError::InputError;
};

/// An identity of theory.md failed on our own numbers, or another bug of ours: exit status 3.
class InternalError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace calor
