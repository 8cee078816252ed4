#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/random/philox.hpp"
#include "pricing/plan/plan_indices.hpp"

// Parties and how they default, as the month loop reads them.
namespace lien::pricing {

struct PartyPlan {
  std::vector<double> log_hazard;  // [steps + 1] a_k for month k; entry 0 unused
  double scarcity_loading = 0;
  double credit_loading = 0;      // on Plan::credit
  std::uint32_t noise = kNone;    // into FactorPlan::noises, added to the log hazard
  int forced_month = -1;          // defaults at this month on every path; -1: none
  bool defaulted = false;         // before the valuation date: forced_month is 1
  lien::engine::PhiloxKey key{};  // of its default clock
  bool sampled_value = false;     // values use the sampled default instead of survival weights
  bool networked = false;         // one of NetworkPlan::members
  // Parties behind the id. Above 1 every survival is the share of them that lives, values too.
  int count = 1;
  // Copula: the party defaults at this month where its own standard normal is below
  // copula_constant - copula_loading chi - copula_credit_loading z of that month; -1: by its
  // hazard.
  int copula_month = -1;
  double copula_constant = 0, copula_loading = 0, copula_credit_loading = 0;
};

// Hazards that the components of FactorPlan::tilt multiply, so that a tail's defaults are drawn
// more often: by component, year and party. Component 0 is the law: multiple 1.
struct HazardTilt {
  std::size_t years = 0, parties = 0;
  std::vector<double> multiple, log_multiple;  // [components][years][parties]
  std::vector<double> share;                   // [components] of the paths
  [[nodiscard]] std::size_t at(std::size_t component, std::size_t year,
                               std::size_t party) const noexcept {
    return (component * years + year) * parties + party;
  }
};

// A default of `from` adds jump e^{-decay t} to the hazard of `to`, t years after it.
struct KickPlan {
  std::uint32_t from = 0, to = 0;  // into NetworkPlan::members
  double jump = 0, decay = 0;      // per year
  double month_decay = 1;          // e^{-decay / 12}
  double month_integral = 0;       // integral of e^{-decay s} over a month
};

// One quarter end with claims due. Columns of members of the network.
struct ClearingPlan {
  int month = 0;
  std::vector<double> owed;   // [members] to all others, money
  std::vector<double> share;  // [members][members] of what the first owes, to the second
};

// Parties whose defaults depend on each other: their months run together.
struct NetworkPlan {
  std::vector<std::uint32_t> members;  // into Plan::parties, rising
  std::vector<KickPlan> kicks;         // sorted by `to`
  std::vector<double> cash;            // [members] today, money
  double asset_recovery = 1, claim_recovery = 1;
  std::vector<ClearingPlan> clearings;  // by month
  double scale = 1;                     // size of a payment, for the integer totals
};

}  // namespace lien::pricing
