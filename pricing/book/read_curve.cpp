#include <utility>

#include "pricing/book/market_blocks.hpp"

namespace lien::pricing {
namespace {

const Curve kNothing{{1.0}, {0.0}};

std::optional<std::vector<double>> read_numbers(const TomlValue& list, std::string_view field,
                                                const Range& range, Unit unit, const Scope& scope) {
  if (!list.is_list() || list.items.empty()) {
    scope.fault(list.scalar(), field, "must be a list of numbers");
    return std::nullopt;
  }
  std::vector<double> numbers;
  bool good = true;
  for (const TomlValue& item : list.items) {
    const std::optional<double> x = read_number(item.scalar(), field, range, unit, scope);
    good = good && x.has_value();
    numbers.push_back(x.value_or(0.0));
  }
  return good ? std::optional(std::move(numbers)) : std::nullopt;
}

std::string form_text(const CurveForm& form) {
  return "{ " + std::string(form.axis) + " = [...], " + std::string(form.values) + " = [...] }";
}

}  // namespace

std::array<double, 2> read_pair(const TomlValue& list, std::string_view field, const Range& range,
                                const Scope& scope) {
  const auto numbers = read_numbers(list, field, range, Unit::plain, scope);
  if (!numbers) return {};
  if (numbers->size() == 2) return {(*numbers)[0], (*numbers)[1]};
  scope.fault(list.line, list.column, field, "",
              "has " + std::to_string(numbers->size()) + " numbers", "write two, one a state");
  return {};
}

Curve read_knots(const TomlValue& table, const CurveForm& form, std::string_view field,
                 const Scope& scope) {
  const TomlValue* axis = table.find(form.axis);
  const TomlValue* values = table.find(form.values);
  if (!axis || !values) {
    scope.fault(table.line, table.column, field, "",
                "lacks " + std::string(axis ? form.values : form.axis), "write " + form_text(form));
    return kNothing;
  }
  const bool months = form.axis == "months";
  const std::string name(field);
  const auto x = read_numbers(*axis, name + "." + std::string(form.axis),
                              months ? at_least(0) : above(0), Unit::plain, scope);
  const auto y =
      read_numbers(*values, name + "." + std::string(form.values), form.range, form.unit, scope);
  if (!x || !y) return kNothing;
  if (x->size() != y->size()) {
    scope.fault(values->line, values->column, field, "",
                "has " + std::to_string(x->size()) + " " + std::string(form.axis) + " and " +
                    std::to_string(y->size()) + " " + std::string(form.values),
                "write one value a knot");
    return kNothing;
  }
  Curve curve;
  for (std::size_t i = 0; i < x->size(); ++i) {
    if (i > 0 && !((*x)[i] > (*x)[i - 1])) {
      scope.fault(axis->items[i].scalar(), name + "." + std::string(form.axis),
                  "must be above the knot before it");
      return kNothing;
    }
    curve.years.push_back(months ? (*x)[i] / 12 : (*x)[i]);
    curve.values.push_back((*y)[i]);
  }
  return curve;
}

Curve read_curve(const TomlValue& value, std::string_view field,
                 const std::vector<CurveForm>& forms, const Scope& scope) {
  if (!value.is_table()) {
    const std::optional<double> x =
        read_number(value.scalar(), field, forms.front().range, forms.front().unit, scope);
    return x ? Curve{{1.0}, {*x}} : kNothing;
  }
  std::vector<std::string> known;
  const CurveForm* chosen = &forms.front();
  for (const CurveForm& form : forms) {
    known.emplace_back(form.axis);
    known.emplace_back(form.values);
    if (value.find(form.axis)) chosen = &form;
  }
  for (const TomlEntry& entry : value.entries)
    if (entry.key != chosen->axis && entry.key != chosen->values)
      refuse_unknown(entry.line, entry.column, entry.key, "part of a curve", known, scope);
  return read_knots(value, *chosen, field, scope);
}

}  // namespace lien::pricing
