#include "pricing/book/text_file.hpp"

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>

namespace lien::pricing {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

std::string hex(char byte) {
  constexpr char digits[] = "0123456789ABCDEF";
  const auto b = static_cast<unsigned char>(byte);
  return {'0', 'x', digits[b >> 4], digits[b & 15]};
}

// Length of the well-formed sequence at the start of `text`, whose first byte is above 127; 0:
// none.
std::size_t sequence_length(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0u) == 0x80u; };
  const unsigned lead = byte(0), second = byte(1);
  if (lead >= 0xC2 && lead <= 0xDF) return follows(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const bool overlong = lead == 0xE0 && second < 0xA0;
    const bool surrogate = lead == 0xED && second > 0x9F;
    return follows(1) && follows(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const bool overlong = lead == 0xF0 && second < 0x90;
    const bool beyond = lead == 0xF4 && second > 0x8F;
    return follows(1) && follows(2) && follows(3) && !overlong && !beyond ? 4 : 0;
  }
  return 0;
}

}  // namespace

std::optional<std::string> read_text_file(const std::string& path, const Location& named,
                                          std::vector<Diagnostic>& faults) {
  const auto refuse = [&](const Location& where, std::string problem, std::string remedy) {
    faults.push_back({where, "", "", std::move(problem), std::move(remedy), false});
    return std::nullopt;
  };
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))
    return refuse(named, "cannot read " + shown(path) + ": it is a folder", "name a file");
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rb"));
  if (!file)
    return refuse(named, "cannot read " + shown(path) + ": " + std::strerror(errno),
                  "check the path; it is relative to the file that names it");
  std::string bytes;
  char chunk[1 << 16];
  for (std::size_t n; (n = std::fread(chunk, 1, sizeof chunk, file.get())) > 0;)
    bytes.append(chunk, n);
  if (std::ferror(file.get()))
    return refuse(named, "cannot read " + shown(path) + ": " + std::strerror(errno), "");
  const std::string_view start(bytes);
  if (start.starts_with("\xFF\xFE") || start.starts_with("\xFE\xFF"))
    return refuse({path, 1, 1}, "is UTF-16", std::string(kUtf8Remedy));
  if (start.starts_with("\xEF\xBB\xBF")) bytes.erase(0, 3);
  return bytes;
}

std::size_t first_bad_byte(std::string_view text) noexcept {
  std::size_t i = 0;
  while (i < text.size()) {
    if (i + 8 <= text.size()) {
      // Eight plain bytes at once: no high bit, and no zero byte (the borrow trick).
      std::uint64_t word;
      std::memcpy(&word, text.data() + i, 8);
      constexpr std::uint64_t high = 0x8080808080808080u, ones = 0x0101010101010101u;
      if (((word | (word - ones)) & high) == 0) {
        i += 8;
        continue;
      }
    }
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == 0) return i;
    const std::size_t length = byte < 128 ? 1 : sequence_length(text.substr(i));
    if (length == 0) return i;
    i += length;
  }
  return std::string_view::npos;
}

std::string bad_byte_problem(char byte) {
  return byte == 0 ? "holds a NUL byte" : "holds the byte " + hex(byte) + ", which is not UTF-8";
}

std::string shown(std::string_view text, std::size_t longest) {
  std::string out;
  for (const char c : text.substr(0, longest)) {
    if (c >= 32 && c <= 126)
      out += c;
    else if (c == '\n')
      out += "\\n";
    else if (c == '\t')
      out += "\\t";
    else if (c == '\r')
      out += "\\r";
    else
      out += "\\x" + hex(c).substr(2);
  }
  return text.size() > longest ? out + "..." : out;
}

}  // namespace lien::pricing
