#include "pricing/book/read_reverse_stress.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>

#include "pricing/book/market_blocks.hpp"

namespace lien::pricing {
namespace {

std::span<const Field<ReverseStress>> reverse_stress_fields() {
  using T = ReverseStress;
  static constexpr std::array fields = {
      number("loss", &T::loss, above(0)),
      share("loss_share", &T::loss_share, Range{0, 1, true, false}),
      integer("horizon_months", &T::horizon_months, between(0, 600)),
      flag("shocks", &T::shocks),
      share("confidence", &T::confidence, Range{0.5, 1, true, true}),
  };
  return fields;
}

}  // namespace

void read_reverse_stress(const TomlValue& root, RunSettings& settings, const Scope& top) {
  constexpr std::string_view block = "reverse_stress";
  const TomlValue* table = table_of(root.find(block), block, top);
  if (table == nullptr) return;
  const Scope scope{top.faults, top.file, std::string(block), true};
  ReverseStress asked;
  const Given given =
      read_table(*table, reverse_stress_fields(), asked, "field of [reverse_stress]", scope);
  const auto fault = [&](std::string_view field, std::string problem, std::string remedy) {
    const Scalar at = given.at(field);
    scope.fault(at.line, at.column, field, "", std::move(problem), std::move(remedy));
  };
  if (!settings.real_world)
    scope.fault(table->line, table->column, "", "",
                "asks for losses of the real-world basis, which measure_basis leaves out",
                "add \"real_world\" to measure_basis, or remove the block");
  if (given.complete && given.has("loss") == given.has("loss_share"))
    fault(given.has("loss") ? "loss_share" : "loss",
          given.has("loss") ? "stands beside loss" : "is missing",
          "write one of them: loss = 250e6, or loss_share = 0.05 of the balance");
  const std::vector<int>& horizons = settings.loss_horizon_months;
  const bool good = !given.has("horizon_months") || given.good("horizon_months");
  if (good && std::find(horizons.begin(), horizons.end(), asked.horizon_months) == horizons.end())
    fault("horizon_months",
          "is " + std::to_string(asked.horizon_months) + ", at which the run keeps no losses",
          "write one of loss_horizon_months, or add it there");
  if (given.has("confidence") && !asked.shocks)
    fault("confidence", "goes with shocks = true only", "remove it");
  settings.reverse_stress = asked;
}

}  // namespace lien::pricing
