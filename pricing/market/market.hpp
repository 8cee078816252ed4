#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pricing/book/diagnostic.hpp"
#include "pricing/market/month_path.hpp"

// The market as read: plain data, in the units of docs/inputs.md (rates are shares per year, time
// in years, rental rates in currency per accelerator-hour). A driver that is absent is off.
namespace lien::pricing {

using Date = std::chrono::sys_days;

// Zero rates, values: linear between knots, flat outside. Hazards: constant up to and including
// each knot, the last one held. A single number is one knot.
struct Curve {
  std::vector<double> years;   // knots, rising, > 0 (values: >= 0)
  std::vector<double> values;  // one a knot

  [[nodiscard]] bool empty() const noexcept { return values.empty(); }
};

struct HullWhite {
  double mean_reversion = 0;  // per year, >= 0
  double volatility = 0;      // per root-year, >= 0
};

struct Rates {
  Curve zero_curve;             // continuous, model time
  double liquidity_spread = 0;  // per year, discounts fair values besides
  std::optional<HullWhite> hull_white;
  // Scenarios only: added to the forward rates by month; applied to zero_curve with the last row.
  MonthPath forward_path{};
};

// An Ornstein-Uhlenbeck process of its own, 0 today and on average.
struct OwnNoise {
  double mean_reversion = 0;  // per year, >= 0 (0: Brownian)
  double volatility = 0;      // per root-year, >= 0
};

// Glut and scarcity: the factor's mean is means[state]; the state leaves 0 and 1 at these rates.
struct Regime {
  std::array<double, 2> means{};
  std::array<double, 2> rates{};  // per year, > 0
  int initial = 0;                // 0 or 1
};

// Demand factor: d chi = -mean_reversion chi dt + volatility dW; risk-neutral drift -risk_premium.
struct Scarcity {
  double mean_reversion = 0;
  double volatility = 0;
  double initial = 0;
  double risk_premium = 0;
  std::optional<Regime> regime{};
};

// Log price of compute that no launch explains: drift of the log, or of the price (drift_of_price).
struct Frontier {
  double drift = 0;
  double volatility = 0;
  double risk_premium = 0;
  double drift_stdev = 0;  // of the drift drawn once a path, real world only; per year
  bool drift_of_price = false;

  [[nodiscard]] double log_drift() const noexcept {
    return drift_of_price ? drift - volatility * volatility / 2 : drift;
  }
};

// Power price relative to today: level exp(OU), its own mean reversion and volatility.
struct Power {
  OwnNoise noise{};
  double level = 1;  // > 0
  // Scenarios only: relative shift of the price by month; what it is on every path.
  MonthPath level_path{}, levels{};
};

// Systematic credit factor: dz = -mean_reversion z dt + sqrt(2 mean_reversion) dW, 0 today; high is
// good.
struct Credit {
  double mean_reversion = 0;  // per year, > 0
};

struct Correlation {
  double scarcity_frontier = 0;
  double scarcity_rate = 0;
  double frontier_rate = 0;
  double scarcity_power = 0;
  double scarcity_credit = 0;
  double frontier_credit = 0;
  double rate_credit = 0;
};

enum class LaunchLaw { weibull, gamma, exponential, none };
enum class RampLaw { exponential, linear, bass, step };

struct PastLaunch {
  Date date{};
  double drop = 0;  // log
};

struct ScheduledLaunch {
  std::string name;
  Date date{};
  double slip_months = 0;  // mean of the exponential slip; 0: on the date
};

// A launch that a scenario puts on every path at the end of a month.
struct ForcedLaunch {
  int month = 0;
  double drop = 0;  // log
};

// Most scheduled launches of a line, and most lines that age one hardware with resale law income:
// the sizes for which the path loop has room.
inline constexpr std::size_t kMostScheduled = 12;
inline constexpr std::size_t kMostStripLines = 8;

struct LaunchLine {
  LaunchLine();  // these six: market.cpp
  LaunchLine(const LaunchLine&);
  LaunchLine(LaunchLine&&) noexcept;
  LaunchLine& operator=(const LaunchLine&);
  LaunchLine& operator=(LaunchLine&&) noexcept;
  ~LaunchLine();

  std::string line;
  LaunchLaw law = LaunchLaw::none;
  double shape = 1;  // Weibull, gamma
  double mean_years = 0;
  double years_since_last = 0;  // age of the newest generation
  bool age_is_known = false;    // years_since_last was given
  double hazard_premium = 0;    // risk-neutral hazard times (1 + this)
  double drop_mean = 0;         // log
  double drop_stdev = 0;
  double drop_premium = 0;  // in standard deviations
  RampLaw ramp = RampLaw::step;
  double ramp_years = 0;                 // exponential, linear
  double innovation = 0, imitation = 0;  // bass: p and q, per year
  std::vector<PastLaunch> past_launches;
  std::vector<ScheduledLaunch> scheduled;
  std::vector<ForcedLaunch> forced;  // scenarios only
  Location where;
};

struct Utilization {
  double mean = 1;     // share of free hours that are rented
  bool moves = false;  // logistic in scarcity between min and max; else constant
  double min = 0;
  double max = 1;
  double scarcity_loading = 0;
  OwnNoise noise{};  // added to the logit
};

// Rent of a segment (spot, term, index) over rental_rate: exp(basis + noise).
struct Segment {
  double basis = 0;  // log
  OwnNoise noise{};
};

enum class ResaleLaw { income, rental_multiple, curve };

// What the marginal operator may do when rent is under cost: stop for a month at no cost, stop for
// good and take the scrap, or not stop at all.
enum class EndOfLife { mothball, irreversible, never };

struct Resale {
  ResaleLaw law = ResaleLaw::income;
  EndOfLife end_of_life = EndOfLife::mothball;
  std::optional<double>
      operator_rate;                 // income: continuous discount a year; empty: risk-free curve
  bool risk_neutral_drifts = false;  // income: drifts of the strip
  double liquidity_spread = 0;       // income: over the risk-free curve, strip only
  double transaction_cost = 0;       // share of value
  double scrap = 0;                  // money per unit
  double multiple = 0;               // rental_multiple: hours, value / rental_rate
  Curve curve;                       // expected value of a unit by time, money
};

struct Hardware {
  Hardware();  // these six: market.cpp
  Hardware(const Hardware&);
  Hardware(Hardware&&) noexcept;
  Hardware& operator=(const Hardware&);
  Hardware& operator=(Hardware&&) noexcept;
  ~Hardware();

  std::string id;
  std::string line;    // launches that age it; empty: none
  std::string vendor;  // party; empty: unknown
  double rental_rate = 0;
  Curve forward_curve{};  // risk-neutral expected rent, hourly; empty: the model's own
  double wear = 0;
  double attrition = 0;  // share of units lost a year
  double scarcity_loading = 1;
  double frontier_loading = 1;
  std::map<std::string, double> launch_loadings;  // by line; empty: {own line: 1}
  std::optional<OwnNoise> idiosyncratic{};
  std::map<std::string, Segment> segments{};  // by name; one that is absent is rental_rate itself
  std::optional<Utilization> utilization;
  std::optional<double> operating_cost;  // per hour, rented or not
  double operating_cost_growth = 0;
  double power_share = 0;                        // part of operating_cost that follows [power]
  std::optional<double> executed_price_ratio{};  // mark `market`: executed price over income value
  std::optional<double> ask_price_ratio{};       // mark `ask`: asked price over income value
  std::optional<double> life_years;
  std::optional<double> useful_life_years;
  std::optional<Resale> resale;
  // Scenarios only: relative shifts by month.
  MonthPath rental_rate_path, utilization_path{}, operating_cost_path{};
  // Scenarios only: what they are on every path from the first point on.
  MonthPath rental_rate_levels{}, utilization_levels{}, operating_cost_levels{};
  Location where;
};

// True where a scenario gives the rent by month.
[[nodiscard]] inline bool moves_by_path(const Hardware& hardware) {
  return !hardware.rental_rate_path.empty() || !hardware.rental_rate_levels.empty();
}

struct Liquidation {
  double haircut = 0;                              // share of value
  double fixed_cost = 0;                           // money per sale
  double holding_cost = 0;                         // money per unit and month of lag
  double lag_months = 0;                           // default to cash; the mean where it is drawn
  double lag_stdev_months = 0;                     // > 0: lognormal
  double depth = 0.03;                             // share of the installed base a month absorbs
  double price_impact = 1;                         // gamma
  std::map<std::string, double> installed_base{};  // units by hardware; absent: no impact
};

enum class PartyKind { hyperscaler, ai_lab, neocloud, vendor, bank, other };
enum class CreditInput { hazard, cds_spreads, pd_one_year };

struct Party {
  Party();  // these six: market.cpp
  Party(const Party&);
  Party(Party&&) noexcept;
  Party& operator=(const Party&);
  Party& operator=(Party&&) noexcept;
  ~Party();

  std::string id;
  PartyKind kind = PartyKind::other;
  CreditInput input = CreditInput::hazard;
  Curve hazard;            // real world, per year
  Curve cds_spreads;       // risk neutral, per year
  double pd_one_year = 0;  // real world
  double recovery = 0;     // of the unsecured claim left
  double risk_neutral_ratio = 1;
  double scarcity_loading = 0;  // hazard times exp(-loading scarcity)
  double credit_loading = 0;    // hazard times exp(-loading credit)
  // Own noise of the log hazard, an Ornstein-Uhlenbeck process: its stationary stdev; 0: off.
  double hazard_mean_reversion = 1;  // per year, > 0 where there is noise
  double hazard_volatility = 0;
  bool fit_survival = true;  // false: the curve is the hazard at zero factors
  std::string rating;
  std::string group;
  double cash = 0;  // own assets in clearing, money
  int count = 1;    // identical parties behind the id, independent given the factors
  // It has defaulted: what secures its contracts is being sold since then.
  std::optional<Date> default_date{};
  // Scenarios only.
  std::optional<int> forced_default_month;
  MonthPath hazard_path{};  // relative shift of the hazard by month
  Location where;
};

// The default of one party adds jump e^{-decay t} to the hazard of another, t years after it.
struct ContagionLink {
  std::string from, to;  // parties
  double jump = 0;       // per year, >= 0
  double decay = 0;      // per year, >= 0
  Location where;
};

// What parties owe each other is cleared at quarter ends. A party that cannot pay turns its own
// assets and what it is paid into payments at these recoveries.
struct Clearing {
  double asset_recovery = 1;  // in (0, 1]
  double claim_recovery = 1;  // in (0, 1]
};
struct Claim {
  std::string debtor, creditor;  // parties
  double amount = 0;             // money, > 0
  Date due{};
  Location where;
};

// Chance that the market refinances a balloon in a month, whoever owes it.
struct Refinancing {
  Curve open_probability{{1.0}, {1.0}};  // by time
  // Scenarios only: the chance itself by month, from the first month on.
  MonthPath open_path{};
};

struct Market {
  Market();  // these six: market.cpp
  Market(const Market&);
  Market(Market&&) noexcept;
  Market& operator=(const Market&);
  Market& operator=(Market&&) noexcept;
  ~Market();

  std::string currency;
  Rates rates;
  std::optional<Scarcity> scarcity;
  std::optional<Frontier> frontier;
  std::optional<Power> power;
  std::optional<Credit> credit;
  Correlation correlation;
  std::vector<LaunchLine> launches;
  std::vector<Hardware> hardware;
  std::optional<Liquidation> liquidation;
  std::vector<Party> parties;
  std::vector<ContagionLink> contagion{};
  std::optional<Clearing> clearing{};
  std::vector<Claim> claims{};
  std::optional<Refinancing> refinancing{};  // absent: always open
  std::string file;
};

}  // namespace lien::pricing
