#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pricing/book/diagnostic.hpp"

namespace lien::pricing {

// The bytes of a file, without a UTF-8 byte order mark. Empty, with a fault in `faults` at `named`
// (the line that names the file), if it cannot be read or is UTF-16.
[[nodiscard]] std::optional<std::string> read_text_file(const std::string& path,
                                                        const Location& named,
                                                        std::vector<Diagnostic>& faults);

// Offset of the first byte that is NUL or no part of well-formed UTF-8 (RFC 3629: no overlong
// forms, no surrogates, nothing above U+10FFFF), or npos.
[[nodiscard]] std::size_t first_bad_byte(std::string_view text) noexcept;

// "holds the byte 0xE9, which is not UTF-8", or the sentence about NUL.
[[nodiscard]] std::string bad_byte_problem(char byte);

// A value as it may stand in a message: control characters and bytes above 126 escaped, long text
// cut, so that a binary file cannot write on the reader's terminal.
[[nodiscard]] std::string shown(std::string_view text, std::size_t longest = 80);

inline constexpr std::string_view kUtf8Remedy = "save the file as UTF-8";

}  // namespace lien::pricing
