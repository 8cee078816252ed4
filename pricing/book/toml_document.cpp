#include "pricing/book/toml_document.hpp"

#include <algorithm>
#include <utility>

namespace lien::pricing {
namespace {

struct BrokenOff {};
[[noreturn]] void break_off() { throw BrokenOff(); }

}  // namespace
}  // namespace lien::pricing

// Header only, here and nowhere else: the compiled library has another ABI on each Debian. Its
// asserts fail on text that is no TOML (its issue 301: `[[[a]]]`) and are assumptions, so undefined
// behaviour, in a release build of clang; here they throw, in every build.
#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 0
#define TOML_ASSERT(condition) \
  (static_cast<bool>(condition) ? static_cast<void>(0) : lien::pricing::break_off())
#undef NDEBUG
#include <toml++/toml.h>

#include "pricing/book/text_file.hpp"
#include "pricing/book/toml_screen.hpp"

namespace lien::pricing {
namespace {

constexpr std::string_view kRestIsUnread = "the rest of this file is read once this is mended";

// Lines of the text, to turn the library's columns (in characters) into ours (in bytes).
class Lines {
 public:
  explicit Lines(std::string_view text) {
    std::size_t from = 0;
    for (std::size_t at; (at = text.find('\n', from)) != std::string_view::npos; from = at + 1)
      lines_.push_back(text.substr(from, at - from));
    lines_.push_back(text.substr(from));
  }

  // Offset in its line of the character at `at`.
  [[nodiscard]] std::size_t offset(const toml::source_position& at) const {
    const std::string_view line = this->line(at);
    std::size_t byte = 0;
    for (toml::source_index character = 1; character < at.column && byte < line.size(); ++character)
      for (++byte; byte < line.size() && (line[byte] & 0xC0) == 0x80;) ++byte;
    return byte;
  }

  // What stands between two places of one line.
  [[nodiscard]] std::string between(const toml::source_region& region) const {
    if (region.begin.line != region.end.line) return "...";
    const std::size_t from = offset(region.begin), to = offset(region.end);
    return std::string(line(region.begin).substr(from, to - from));
  }

 private:
  [[nodiscard]] std::string_view line(const toml::source_position& at) const {
    return at.line >= 1 && at.line <= lines_.size() ? lines_[at.line - 1] : std::string_view{};
  }

  std::vector<std::string_view> lines_;
};

void place(const toml::source_position& at, const Lines& lines, int& line, int& column) {
  line = static_cast<int>(at.line);
  column = static_cast<int>(lines.offset(at)) + 1;
}

bool breaks_off(std::string_view text) {
  try {
    (void)toml::parse(text);
  } catch (const BrokenOff&) {
    return true;
  } catch (const toml::parse_error&) {  // cut in the middle of something: not what is looked for
  }
  return false;
}

// Offset of the line on which the library gives up without a place: the last one of the shortest
// beginning of the text on which it does.
std::size_t line_that_breaks_off(std::string_view text) {
  std::size_t sound = 0, broken = text.size();  // ends of beginnings
  while (true) {
    std::size_t middle = text.find('\n', sound + (broken - sound) / 2);
    if (middle == std::string_view::npos || middle + 1 >= broken) middle = text.find('\n', sound);
    if (middle == std::string_view::npos || middle + 1 >= broken) return sound;
    (breaks_off(text.substr(0, middle + 1)) ? broken : sound) = middle + 1;
  }
}

TomlValue convert(const toml::node& node, const Lines& lines);

void convert_table(const toml::table& table, const Lines& lines, TomlValue& value) {
  value.kind = ScalarKind::table;
  for (auto&& [key, child] : table) {
    TomlEntry entry;
    entry.key = key.str();
    place(key.source().begin, lines, entry.line, entry.column);
    entry.value = convert(child, lines);
    value.entries.push_back(std::move(entry));
  }
  std::stable_sort(value.entries.begin(), value.entries.end(),
                   [](const TomlEntry& a, const TomlEntry& b) {
                     return std::pair(a.line, a.column) < std::pair(b.line, b.column);
                   });
}

TomlValue convert(const toml::node& node, const Lines& lines) {
  TomlValue value;
  place(node.source().begin, lines, value.line, value.column);
  if (const toml::table* table = node.as_table()) {
    convert_table(*table, lines, value);
    return value;
  }
  if (const toml::array* array = node.as_array()) {
    value.kind = ScalarKind::list;
    for (const toml::node& item : *array) value.items.push_back(convert(item, lines));
    return value;
  }
  value.text = lines.between(node.source());
  value.kind = ScalarKind::other;
  if (const auto* text = node.as_string()) {
    value.kind = ScalarKind::text;
    value.text = text->get();
  } else if (const auto* integer = node.as_integer()) {
    value.kind = ScalarKind::integer;
    value.integer = integer->get();
  } else if (const auto* real = node.as_floating_point()) {
    value.kind = ScalarKind::real;
    value.number = real->get();
  } else if (const auto* flag = node.as_boolean()) {
    value.kind = ScalarKind::flag;
    value.flag = flag->get();
  } else if (const auto* date = node.as_date()) {
    value.kind = ScalarKind::date;
    const toml::date d = date->get();
    value.date = std::chrono::sys_days(std::chrono::year_month_day(
        std::chrono::year(d.year), std::chrono::month(d.month), std::chrono::day(d.day)));
  }
  return value;
}

}  // namespace

const TomlValue* TomlValue::find(std::string_view key) const noexcept {
  for (const TomlEntry& entry : entries)
    if (entry.key == key) return &entry.value;
  return nullptr;
}

Scalar TomlValue::scalar() const noexcept {
  return {kind, text, number, integer, flag, date, line, column};
}

std::optional<TomlValue> parse_toml(const std::string& file, std::string_view text,
                                    std::vector<Diagnostic>& faults) {
  const auto refuse = [&](std::size_t offset, std::string problem, std::string_view remedy) {
    const std::string_view before = text.substr(0, offset);
    const auto line = static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1;
    const std::size_t start = before.rfind('\n') + 1;  // npos + 1 is 0
    faults.push_back({{file, line, static_cast<int>(offset - start) + 1},
                      "",
                      "",
                      std::move(problem),
                      std::string(remedy),
                      false});
    return std::nullopt;
  };
  if (const std::size_t bad = first_bad_byte(text); bad != std::string_view::npos)
    return refuse(bad, bad_byte_problem(text[bad]), text[bad] == 0 ? "remove it" : kUtf8Remedy);
  if (const std::size_t stray = first_stray_character(text); stray != std::string_view::npos)
    return refuse(stray, "is not TOML: holds a character above 127 outside quotes and comments",
                  kRestIsUnread);
  const Lines lines(text);
  try {
    const toml::table table = toml::parse(text, std::string_view(file));
    TomlValue root;
    convert_table(table, lines, root);
    return root;
  } catch (const toml::parse_error& error) {
    Diagnostic fault;
    fault.where.file = file;
    place(error.source().begin, lines, fault.where.line, fault.where.column);
    fault.problem = "is not TOML: " + shown(error.description(), 300);
    fault.remedy = kRestIsUnread;
    faults.push_back(std::move(fault));
    return std::nullopt;
  } catch (const BrokenOff&) {
    return refuse(line_that_breaks_off(text),
                  "is not TOML: something stands where a name or a value should", kRestIsUnread);
  }
}

}  // namespace lien::pricing
