#pragma once

#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "pricing/actus/time.hpp"

// Contracts of the ACTUS standard as their terms state them: plain data. Names of members stand for
// the term in the comment; a term without a default that is not given is empty.
namespace lien::pricing::actus {

enum class ContractType { pam, lam, nam, ann, lax, clm, ump, capfl, ceg, cec };
enum class InterestBase { outstanding, at_initial_exchange, lagged };   // NT, NTIED, NTL
enum class FeeBasis { absolute, notional };                             // A, N
enum class Exposure { notional, notional_and_interest, market_value };  // NO, NI, MV
enum class Role { underlying, covered, covering };                      // UDL, COVE, COVI

// A part of a LAX: dates from `repeats.anchor` on until the next part begins.
struct Step {
  Repeats repeats;
  double value = 0;        // money, or a rate
  bool increases = false;  // principal is drawn (INC); a rate is a spread (VAR)
};

struct Reference;

struct Terms {
  std::string id;       // contractID
  ContractType type{};  // contractType
  std::string currency;
  int sign = 1;        // contractRole: 1 receives what the contract pays, -1 owes it
  Time status_date{};  // events up to it are past
  std::optional<Time> initial_exchange, maturity, amortization_end, purchase, termination,
      capitalization_end;
  std::optional<double> notional, nominal_rate, accrued_interest, next_principal_payment;
  double premium_discount = 0, price_at_purchase = 0, price_at_termination = 0;

  YearCount day_count = YearCount::actual_actual;
  bool month_ends = false;  // endOfMonthConvention EOM
  BusinessDays business_days;

  Repeats interest, principal, rate_reset, scaling, interest_base_dates, fee;

  InterestBase interest_base = InterestBase::outstanding;
  std::optional<double> interest_base_amount;

  std::string rate_index;  // marketObjectCodeOfRateReset
  double rate_multiplier = 1, rate_spread = 0;
  std::optional<double> life_cap, life_floor, period_cap, period_floor, next_reset_rate;

  std::string scaling_index;
  bool scales_interest = false, scales_notional = false;
  std::optional<double> scaling_index_at_deal;
  double notional_scale = 1, interest_scale = 1;  // ..ScalingMultiplier, on the status date

  double fee_rate = 0;
  FeeBasis fee_basis = FeeBasis::notional;
  double fee_accrued = 0;

  std::vector<Step> interest_steps, principal_steps, rate_steps;  // LAX

  bool prepayable = false;  // prepaymentEffect is not N: observed prepayments count
  Period notice{};          // xDayNotice: from a call to its payment
  Period settlement{};      // settlementPeriod

  std::vector<Reference> structure;
  double coverage = 1;
  std::string credit_event = "DF";
  Exposure exposure = Exposure::notional;
  std::string market_object;  // what the contract itself is quoted under
};

// A contract or a thing that another contract rests on.
struct Reference {
  Role role{};
  std::string id;
  std::optional<Terms> contract;  // empty: named by id alone, or a thing
  std::string market_object;      // a thing: its price series
  double quantity = 1;
};

struct ObservedEvent {
  Time time{};
  std::string type;         // XD, PR, PI, PP, CE
  double value = 0;         // money
  std::string contract;     // CE: whose
  std::string performance;  // CE: what became of it
};

// What the world does to a contract: market series by code, times rising; a value holds from its
// time to the next.
struct Observations {
  std::map<std::string, std::vector<std::pair<Time, double>>> series;
  std::vector<ObservedEvent> events;  // times rising
};

struct Contract {
  Terms terms;
  std::optional<Time> until;  // last event wanted
  Observations observed;
  int line = 0, column = 0;  // in the file
};

// Terms or observations from which no schedule follows. `term` names the one to change.
class TermError : public std::domain_error {
 public:
  TermError(std::string of_term, const std::string& problem, std::string what_to_do)
      : std::domain_error(problem), term(std::move(of_term)), remedy(std::move(what_to_do)) {}
  std::string term, remedy;
};

}  // namespace lien::pricing::actus
