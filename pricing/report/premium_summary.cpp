#include "pricing/report/premium_summary.hpp"

namespace lien::pricing {

std::vector<PremiumValue> premium_values(const RunTables& tables) {
  std::vector<PremiumValue> out;
  const std::size_t prefix = std::string_view("premium_").size();
  for (const std::string& id : tables.premium_scenarios) out.push_back({id.substr(prefix), {}, {}});
  const Table& measures = tables.measures;
  const auto text = [&](const char* column, std::size_t row) -> const std::string& {
    return measures.column(column).texts[row];
  };
  for (std::size_t row = 0; row < measures.rows(); ++row)
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (text("scenario", row) != tables.premium_scenarios[i] ||
          text("level", row) != "portfolio" || !text("id", row).empty())
        continue;
      const bool value = text("measure", row) == "present_value";
      if (!value && text("measure", row) != "present_value_change") continue;
      Estimate& estimate = value ? out[i].value : out[i].change;
      estimate.value = measures.column("value").numbers[row];
      estimate.standard_error = measures.column("standard_error").numbers[row];
    }
  return out;
}

std::string premium_sentence(const RunTables& tables, const MoneyUnit& money) {
  std::string out;
  for (const PremiumValue& premium : premium_values(tables)) {
    const auto texts = [&](const Estimate& estimate, bool sign) {
      const EstimateText text =
          estimate_texts({estimate}, SummaryUnit::money, money.size, sign).front();
      return text.value + (text.uncertainty.empty() ? "" : " " + text.uncertainty);
    };
    out += out.empty() ? "Present value, " + money.label + ", with every risk premium" : ";";
    out += " x " + premium.factor + ": " + texts(premium.value, false) + ", change " +
           texts(premium.change, true);
  }
  return out;
}

}  // namespace lien::pricing
