#include "pricing/market/premia.hpp"

#include <charconv>

namespace lien::pricing {

Market with_premia_times(const Market& market, double factor) {
  Market scaled = market;
  if (scaled.scarcity) scaled.scarcity->risk_premium *= factor;
  if (scaled.frontier) scaled.frontier->risk_premium *= factor;
  for (auto& line : scaled.launches) {
    line.hazard_premium *= factor;
    line.drop_premium *= factor;
  }
  // 1 + (ratio - 1) may differ from ratio in the last digit.
  if (factor != 1)
    for (auto& party : scaled.parties)
      party.risk_neutral_ratio = 1 + factor * (party.risk_neutral_ratio - 1);
  return scaled;
}

std::vector<std::string> premia_out_of_range(const Market& market, double factor) {
  std::vector<std::string> out;
  const Market scaled = with_premia_times(market, factor);
  for (const auto& line : scaled.launches)
    if (!(line.hazard_premium > -1)) out.push_back("launches." + line.line + ".hazard_premium");
  for (const auto& party : scaled.parties)
    if (!(party.risk_neutral_ratio > 0)) out.push_back("party." + party.id + ".risk_neutral_ratio");
  return out;
}

std::vector<double> premium_factors(const RunSettings& settings) {
  if (!settings.premium_interval) return {};
  const auto [low, high] = *settings.premium_interval;
  return {low, high};
}

std::string premium_scenario(double factor) {
  char digits[32];
  return "premium_" +
         std::string(digits, std::to_chars(digits, digits + sizeof digits, factor).ptr);
}

}  // namespace lien::pricing
