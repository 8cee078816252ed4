#include "pricing/book/toml_screen.hpp"

#include <string>

namespace lien::pricing {
namespace {

constexpr std::size_t kEnd = std::string_view::npos;

// Offset after the string that opens at `at`; npos where it never closes: the library stops there
// too, so that nothing after it matters.
std::size_t after_string(std::string_view text, std::size_t at) {
  const char quote = text[at];
  const bool tripled = text.substr(at, 3) == std::string(3, quote);
  const std::string close(tripled ? 3 : 1, quote);
  for (std::size_t i = at + close.size(); i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\')
      ++i;
    else if (!tripled && text[i] == '\n')
      return kEnd;
    else if (text.substr(i, close.size()) == close) {
      i += close.size();
      // A long string may end in one or two quotes of its own.
      for (int extra = 0; tripled && extra < 2 && i < text.size() && text[i] == quote; ++extra) ++i;
      return i;
    }
  }
  return kEnd;
}

}  // namespace

std::size_t first_stray_character(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (static_cast<unsigned char>(c) > 127) return i;
    if (c == '#')
      i = text.find('\n', i);
    else if (c == '"' || c == '\'')
      i = after_string(text, i);
    else
      ++i;
    if (i == kEnd) break;
  }
  return kEnd;
}

}  // namespace lien::pricing
