#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "engine/statistics/moments.hpp"
#include "pricing/measures/value_book.hpp"

namespace lien::pricing {

// A number of the portfolio that two runs have: present_value (risk-neutral), expected_loss,
// ecl_12m, ecl_lifetime, expected_shortfall (real-world).
struct FollowedNumber {
  std::string measure;
  int horizon = 0;  // 0: lifetime
  double confidence = 0;
};

// What one step changes of each number, with the error of the difference.
struct ChangeStep {
  std::string key;
  std::vector<engine::Estimate> changes;  // one a followed number
};

struct PartedChange {
  std::vector<ChangeStep> steps;
  std::vector<engine::Estimate> before, after;  // the numbers as this program values them
  std::string together;  // why the market could not be parted from the book; empty: it was
  std::size_t runs = 0;  // baselines simulated
};

inline constexpr const char* kGoneStep = "gone: matured or removed";
inline constexpr const char* kTermsStep = "in both: terms and time";
inline constexpr const char* kNewStep = "new contracts";
inline constexpr const char* kMarketStep = "market";
inline constexpr const char* kTogetherStep = "book and market together";
inline constexpr const char* kSettingsStep = "model: settings";
inline constexpr const char* kSeedStep = "seed";

// Goes from one run's inputs to the other's a step at a time and values the book at each:
//   gone      what only the first book holds is taken out
//   terms     the rest as the second book has it, on the second's valuation date, the first market
//             read for that date
//   new       what only the second book holds comes in; hardware, parties and launch lines that
//             the first market lacks are the second's
//   market    the second market
//   settings  the second run's, without its seed
//   seed      the second's
// A step that changes nothing is not simulated. Where the first market cannot be read for the
// second date, or lacks what the second book asks, terms, new and market are one step. Steps on the
// same random numbers have paired errors. same_market, same_book: the files hold the same bytes.
// Throws InputError where an input cannot be valued at all.
[[nodiscard]] PartedChange part_change(const Inputs& before, const Inputs& after, bool same_market,
                                       bool same_book, const std::vector<FollowedNumber>& followed,
                                       const std::function<void(const Progress&)>& progress);

}  // namespace lien::pricing
