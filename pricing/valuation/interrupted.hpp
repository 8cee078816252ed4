#pragma once

#include <stdexcept>
#include <string>

namespace lien::pricing {

// A run that was asked to stop (exit 75).
class Interrupted : public std::runtime_error {
 public:
  explicit Interrupted(const std::string& sentence = "interrupted")
      : std::runtime_error(sentence) {}
};

}  // namespace lien::pricing
