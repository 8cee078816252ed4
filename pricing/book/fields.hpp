#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "pricing/book/scalar.hpp"
#include "pricing/book/toml_document.hpp"

// Field tables: one line of a table is one field of docs/inputs.md, and the same table serves a CSV
// column, a TOML key and the input path of a scenario.
namespace lien::pricing {

enum class FieldKind { id, text, number, integer, date, flag, choice, apart, later };

template <class T>
using Target = std::variant<std::monostate, double T::*, std::optional<double> T::*, int T::*,
                            bool T::*, std::string T::*, Date T::*, std::optional<Date> T::*,
                            void (*)(T&, std::int64_t), double& (*)(T&)>;

template <class T>
struct Field {
  std::string_view name;
  FieldKind kind = FieldKind::number;
  Target<T> target{};
  Range range{};
  Unit unit = Unit::plain;
  bool is_required = false;
  std::string_view choices{};  // choice: "full|none"; a target function gets the position
  std::string_view later{};    // choices this version refuses; of a later field, its neutral value
  std::string_view remedy{"remove it"};  // of a later field

  [[nodiscard]] constexpr Field required() const {
    Field field = *this;
    field.is_required = true;
    return field;
  }
};

// One maker a type of dictionary field, so that a table reads as the dictionary does.
template <class T>
constexpr Field<T> id(std::string_view name, std::string T::*to) {
  return {name, FieldKind::id, to};
}
template <class T>
constexpr Field<T> text(std::string_view name, std::string T::*to) {
  return {name, FieldKind::text, to};
}
template <class T, class M>
constexpr Field<T> number(std::string_view name, M T::*to, Range range = {}) {
  return {name, FieldKind::number, to, range};
}
// A number inside a part of T, which no member pointer reaches.
template <class T>
constexpr Field<T> number(std::string_view name, double& (*to)(T&), Range range = {}) {
  return {name, FieldKind::number, to, range};
}
template <class T, class M>
constexpr Field<T> share(std::string_view name, M T::*to, Range range = between(0, 1)) {
  return {name, FieldKind::number, to, range, Unit::share};
}
template <class T, class M>
constexpr Field<T> price(std::string_view name, M T::*to, Range range = Range{0, 2, true, false}) {
  return {name, FieldKind::number, to, range, Unit::price};
}
template <class T, class M>
constexpr Field<T> rate(std::string_view name, M T::*to, Range range = between(-1, 1)) {
  return {name, FieldKind::number, to, range, Unit::rate};
}
template <class T>
constexpr Field<T> integer(std::string_view name, int T::*to, Range range) {
  return {name, FieldKind::integer, to, range};
}
template <class T>
constexpr Field<T> integer(std::string_view name, void (*to)(T&, std::int64_t), Range range) {
  return {name, FieldKind::integer, to, range};
}
template <class T, class M>
constexpr Field<T> date(std::string_view name, M T::*to) {
  return {name, FieldKind::date, to};
}
template <class T>
constexpr Field<T> flag(std::string_view name, bool T::*to) {
  return {name, FieldKind::flag, to};
}
template <class T>
constexpr Field<T> choice(std::string_view name, void (*to)(T&, std::int64_t),
                          std::string_view choices, std::string_view later = {}) {
  return {name, FieldKind::choice, to, {}, Unit::plain, false, choices, later};
}
// An enumeration whose values are 0, 1, .. in the order of `choices`.
template <class T, class E>
E member_type(E T::*);
template <class T, class E>
T owner_type(E T::*);
template <auto Member>
constexpr auto choice(std::string_view name, std::string_view choices,
                      std::string_view later = {}) {
  using T = decltype(owner_type(Member));
  return choice<T>(
      name,
      +[](T& out, std::int64_t k) { out.*Member = static_cast<decltype(member_type(Member))>(k); },
      choices, later);
}
// Known to the reader that holds the table, which reads it itself (a table, a list, a curve).
template <class T>
constexpr Field<T> apart(std::string_view name) {
  return {name, FieldKind::apart};
}
// In the dictionary, but not in this version; a cell that says `neutral` asks for nothing.
template <class T>
constexpr Field<T> later(std::string_view name, std::string_view neutral = {}) {
  return {name, FieldKind::later, {}, {}, Unit::plain, false, {}, neutral};
}

// The same where a part of a vehicle has it: a tape's row may move there.
template <class T>
constexpr Field<T> in_vehicles(std::string_view name, std::string_view neutral = {}) {
  Field<T> field = later<T>(name, neutral);
  field.remedy = "remove it, or put the loan into a [[vehicle]], which takes it";
  return field;
}

template <class T>
std::vector<std::string> names_of(std::span<const Field<T>> fields) {
  std::vector<std::string> names;
  for (const Field<T>& field : fields) names.emplace_back(field.name);
  return names;
}

template <class T>
bool assign_number(const Field<T>& field, const Scalar& value, T& out, const Scope& scope) {
  const std::optional<double> x = read_number(value, field.name, field.range, field.unit, scope);
  if (const auto* to = std::get_if<double T::*>(&field.target)) {
    if (x) out.** to = *x;
  } else if (const auto* optional_to = std::get_if<std::optional<double> T::*>(&field.target)) {
    // Given but wrong is not absent: otherwise one fault would beget a second about its absence.
    out.** optional_to = x.value_or(0.0);
  } else if (const auto* place = std::get_if<double& (*)(T&)>(&field.target)) {
    if (x) (*place)(out) = *x;
  }
  return x.has_value();
}

template <class T>
bool assign_integer(const Field<T>& field, const Scalar& value, T& out, const Scope& scope) {
  const std::optional<std::int64_t> x = read_integer(value, field.name, field.range, scope);
  if (!x) return false;
  if (const auto* to = std::get_if<int T::*>(&field.target))
    out.** to = static_cast<int>(*x);
  else if (const auto* set = std::get_if<void (*)(T&, std::int64_t)>(&field.target))
    (*set)(out, *x);
  return true;
}

template <class T>
bool assign_date(const Field<T>& field, const Scalar& value, T& out, const Scope& scope) {
  const std::optional<Date> x = read_date(value, field.name, scope);
  if (!x) return false;
  if (const auto* to = std::get_if<Date T::*>(&field.target))
    out.** to = *x;
  else if (const auto* optional_to = std::get_if<std::optional<Date> T::*>(&field.target))
    out.** optional_to = *x;
  return true;
}

// Reads one value into its place. False after a fault.
template <class T>
bool assign(const Field<T>& field, const Scalar& value, T& out, const Scope& scope) {
  switch (field.kind) {
    case FieldKind::number:
      return assign_number(field, value, out, scope);
    case FieldKind::integer:
      return assign_integer(field, value, out, scope);
    case FieldKind::date:
      return assign_date(field, value, out, scope);
    case FieldKind::id:
    case FieldKind::text: {
      auto x = field.kind == FieldKind::id ? read_id(value, field.name, scope)
                                           : read_text(value, field.name, scope);
      if (!x) return false;
      out.*std::get<std::string T::*>(field.target) = std::move(*x);
      return true;
    }
    case FieldKind::flag: {
      const std::optional<bool> x = read_flag(value, field.name, scope);
      if (!x) return false;
      out.*std::get<bool T::*>(field.target) = *x;
      return true;
    }
    case FieldKind::choice: {
      const auto k = read_choice(value, field.name, field.choices, field.later, scope);
      if (!k) return false;
      std::get<void (*)(T&, std::int64_t)>(field.target)(out, *k);
      return true;
    }
    case FieldKind::apart:
      return true;
    case FieldKind::later:
      if (states_neutral(value, field.later)) return true;
      refuse_later(value, field.name, field.remedy, scope);
      return false;
  }
  return false;
}

// What a record gave, and which of it was wrong: cross-field checks leave wrong fields alone.
struct Given {
  int line = 0;  // of the record as a whole
  int column = 0;
  std::vector<std::string_view> names;
  std::vector<Scalar> values;  // one a name
  std::vector<std::string_view> wrong;
  // False if a name was unknown: what seems to be missing may only be misspelt.
  bool complete = true;

  [[nodiscard]] bool has(std::string_view name) const {
    return std::find(names.begin(), names.end(), name) != names.end();
  }
  // Given and readable.
  [[nodiscard]] bool good(std::string_view name) const {
    return has(name) && std::find(wrong.begin(), wrong.end(), name) == wrong.end();
  }
  // The value as written; where it is not given, nothing at the place of the record.
  [[nodiscard]] Scalar at(std::string_view name) const {
    for (std::size_t i = 0; i < names.size(); ++i)
      if (names[i] == name) return values[i];
    return {ScalarKind::cell, {}, 0, 0, false, {}, line, column};
  }
  void clear(int at_line, int at_column) {
    line = at_line;
    column = at_column;
    names.clear();
    values.clear();
    wrong.clear();
    complete = true;
  }
};

// Reads every key of a TOML table by its field table: unknown keys, keys of a later version, wrong
// values and missing required keys are faults. what: "field of [rates]".
template <class T>
Given read_table(const TomlValue& table, std::span<const Field<T>> fields, T& out,
                 const std::string& what, const Scope& scope) {
  Given given;
  given.clear(table.line, table.column);
  std::vector<std::string> misspelt;  // names that were offered
  for (const TomlEntry& entry : table.entries) {
    const auto field = std::find_if(fields.begin(), fields.end(),
                                    [&](const Field<T>& f) { return f.name == entry.key; });
    if (field == fields.end()) {
      refuse_unknown(entry.line, entry.column, entry.key, what, names_of(fields), scope);
      misspelt.push_back(nearest_name(entry.key, names_of(fields)));
      given.complete = false;
      continue;
    }
    Scalar value = entry.value.scalar();
    given.names.push_back(field->name);
    given.values.push_back(value);
    if (field->kind == FieldKind::later) {  // the key is what has to go
      value.line = entry.line;
      value.column = entry.column;
    }
    if (!assign(*field, value, out, scope)) given.wrong.push_back(field->name);
  }
  for (const Field<T>& field : fields)
    if (field.is_required && !given.has(field.name) &&
        std::find(misspelt.begin(), misspelt.end(), field.name) == misspelt.end())
      scope.fault(table.line, table.column, field.name, "", "is missing", "add it");
  return given;
}

}  // namespace lien::pricing
