#include "pricing/book/json_document.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>

#include "pricing/book/text_file.hpp"

// The only door to nlohmann's parser; writing JSON is the business of others.
namespace lien::pricing {
namespace {

constexpr std::size_t kDeepest = 64;

struct Place {
  int line, column;
};

Place place_of(const std::string& text, std::size_t offset) {
  offset = std::min(offset, text.size());
  const auto begin = text.begin(), at = begin + static_cast<std::ptrdiff_t>(offset);
  const std::size_t newline = offset == 0 ? std::string::npos : text.rfind('\n', offset - 1);
  const std::size_t start = newline == std::string::npos ? 0 : newline + 1;
  return {static_cast<int>(std::count(begin, at, '\n')) + 1, static_cast<int>(offset - start) + 1};
}

// Reads characters and tells how far it got: the parser calls back when a key has just been read,
// so that the place of every key is known.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, const char** furthest) : at_(at), furthest_(furthest) {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    *furthest_ = ++at_;
    return *this;
  }
  CountingIterator operator++(int) {
    CountingIterator before = *this;
    ++*this;
    return before;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }
  bool operator!=(const CountingIterator& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  const char** furthest_;
};

// nlohmann's event interface; the names of its functions are its own.
class TreeBuilder {
 public:
  TreeBuilder(const std::string& file, const std::string& text, std::vector<Diagnostic>& faults)
      : file_(file), text_(text), faults_(faults) {}

  JsonValue root;
  const char* furthest = nullptr;

  bool null() { return put({}); }
  bool boolean(bool value) { return put(scalar(JsonKind::flag, value ? "true" : "false", 0)); }
  bool number_integer(std::int64_t value) {
    return put(scalar(JsonKind::number, std::to_string(value), static_cast<double>(value)));
  }
  bool number_unsigned(std::uint64_t value) {
    return put(scalar(JsonKind::number, std::to_string(value), static_cast<double>(value)));
  }
  bool number_float(double value, const std::string& written) {
    return put(scalar(JsonKind::number, written, value));
  }
  bool string(std::string& value) { return put(scalar(JsonKind::text, value, 0)); }
  bool binary(nlohmann::json::binary_t&) { return false; }
  bool start_object(std::size_t) { return open(JsonKind::object); }
  bool start_array(std::size_t) { return open(JsonKind::list); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }

  bool key(std::string& name) {
    JsonValue& object = *open_.back();
    const Place place = place_from_here(key_offset());
    if (object.find(name) != nullptr)
      return refuse(place, shown(name) + ": stands twice in one object", "keep one");
    object.members.push_back({name, {}});
    object.members.back().value.line = place.line;
    object.members.back().value.column = place.column;
    return true;
  }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::json::exception& error) {
    const std::string what = error.what();
    const std::size_t detail = what.rfind("; ");
    return refuse(
        place_of(text_, position == 0 ? 0 : position - 1),
        "is no JSON" + (detail == std::string::npos ? "" : ": " + shown(what.substr(detail + 2))),
        "mend it here or just before");
  }

 private:
  static JsonValue scalar(JsonKind kind, std::string text, double number) {
    JsonValue value;
    value.kind = kind;
    value.text = std::move(text);
    value.number = number;
    return value;
  }
  // The opening quote of the key that ends where the parser stands.
  [[nodiscard]] std::size_t key_offset() const {
    const auto end = static_cast<std::size_t>(furthest - text_.data());
    const std::size_t quote = end < 2 ? std::string::npos : text_.rfind('"', end - 2);
    return quote == std::string::npos ? 0 : quote;
  }
  // As place_of, without counting the lines before the last key again.
  [[nodiscard]] Place place_from_here(std::size_t offset) {
    const auto begin = text_.begin();
    line_ += static_cast<int>(std::count(begin + static_cast<std::ptrdiff_t>(counted_),
                                         begin + static_cast<std::ptrdiff_t>(offset), '\n'));
    counted_ = offset;
    const std::size_t newline = offset == 0 ? std::string::npos : text_.rfind('\n', offset - 1);
    const std::size_t start = newline == std::string::npos ? 0 : newline + 1;
    return {line_, static_cast<int>(offset - start) + 1};
  }
  JsonValue* put_value(JsonValue value) {
    if (open_.empty()) {
      root = std::move(value);
      return &root;
    }
    JsonValue& parent = *open_.back();
    JsonValue& slot =
        parent.kind == JsonKind::object ? parent.members.back().value : parent.items.emplace_back();
    value.line = parent.kind == JsonKind::object ? slot.line : parent.line;
    value.column = parent.kind == JsonKind::object ? slot.column : parent.column;
    slot = std::move(value);
    return &slot;
  }
  bool put(JsonValue value) {
    put_value(std::move(value));
    return true;
  }
  bool open(JsonKind kind) {
    if (open_.size() == kDeepest)
      return refuse(place_of(text_, static_cast<std::size_t>(furthest - text_.data())),
                    "nests deeper than 64", "a contract nests six deep at most");
    open_.push_back(put_value(scalar(kind, "", 0)));
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }
  bool refuse(Place place, std::string problem, std::string remedy) {
    faults_.push_back(
        {{file_, place.line, place.column}, "", "", std::move(problem), std::move(remedy), false});
    return false;
  }

  const std::string& file_;
  const std::string& text_;
  std::vector<Diagnostic>& faults_;
  // Containers being read. A list never grows while one of its items is open, so they stay put.
  std::vector<JsonValue*> open_;
  std::size_t counted_ = 0;  // offset up to which lines are counted
  int line_ = 1;
};

}  // namespace

const JsonValue* JsonValue::find(std::string_view key) const {
  const auto member = std::find_if(members.begin(), members.end(),
                                   [&](const JsonMember& m) { return m.key == key; });
  return member == members.end() ? nullptr : &member->value;
}

std::optional<JsonValue> parse_json(const std::string& file, const std::string& text,
                                    std::vector<Diagnostic>& faults) {
  if (const std::size_t bad = first_bad_byte(text); bad != std::string_view::npos) {
    const Place place = place_of(text, bad);
    faults.push_back({{file, place.line, place.column},
                      "",
                      "",
                      bad_byte_problem(text[bad]),
                      std::string(kUtf8Remedy),
                      false});
    return std::nullopt;
  }
  TreeBuilder builder(file, text, faults);
  builder.furthest = text.data();
  const CountingIterator begin(text.data(), &builder.furthest);
  const CountingIterator end(text.data() + text.size(), &builder.furthest);
  if (!nlohmann::json::sax_parse(begin, end, &builder)) return std::nullopt;
  return std::move(builder.root);
}

}  // namespace lien::pricing
