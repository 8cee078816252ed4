#pragma once

#include <cstddef>
#include <string_view>

namespace lien::pricing {

// Offset of the first character above 127 that stands outside quotes and comments, or npos. No TOML
// 1.0 has one there, but toml++ 3.3 asks of each whether it is a Unicode space, and its table of
// those has a hole with undefined behaviour (found by fuzzing): so we refuse it first.
[[nodiscard]] std::size_t first_stray_character(std::string_view text);

}  // namespace lien::pricing
